#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/taxii/collections.hpp"

/// The command `taxii`. Who may open the data folder acts as the console.
namespace tocsin::cli {
namespace {

namespace taxii = engine::taxii;
using What = TaxiiOptions::What;
using Who = taxii::CollectionReaders::Who;
using Writers = taxii::CollectionWriters::Who;

struct Work {
  store::Database& database;
  const TaxiiOptions& options;
  bool json;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

boost::json::object json_of(const taxii::Collection& it) {
  return {{"id", it.id},
          {"alias", it.alias},
          {"title", it.title},
          {"description", it.description},
          {"filter", taxii::to_json(it.filter)},
          {"readers", taxii::to_json(it.readers)},
          {"writers", taxii::to_json(it.writers)},
          {"created_at", format_rfc3339(it.created_at)}};
}

std::string readers_text(const taxii::CollectionReaders& readers) {
  switch (readers.who) {
    case Who::anyone:
      return "anyone";
    case Who::members:
      return "members";
    case Who::community:
      return fmt::format("community:{}", readers.community ? readers.community->value : 0);
    case Who::sector:
      break;
  }
  return fmt::format("sector:{}", readers.sector ? domain::slug(*readers.sector) : "");
}

Result<taxii::CollectionReaders> read_readers(store::Database& database, std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto who = text.substr(0, colon);
  const auto what = text.substr(std::min(colon + 1, text.size()));
  taxii::CollectionReaders readers;
  if (who == "anyone" && what.empty()) {
    readers.who = Who::anyone;
  } else if (who == "members" && what.empty()) {
    readers.who = Who::members;
  } else if (who == "community" && !what.empty()) {
    readers.who = Who::community;
    TRY(readers.community, find_ring(database, what));
  } else if (who == "sector") {
    readers.who = Who::sector;
    readers.sector = domain::parse_sector(what);
    if (!readers.sector) return Error::invalid(fmt::format("'{}' is no sector", safe_text(what)), "--readers");
  } else {
    return Error::invalid("Readers are anyone, members, community:NAME or sector:NAME", "--readers");
  }
  return readers;
}

std::string writers_text(const taxii::CollectionWriters& writers) {
  switch (writers.who) {
    case Writers::nobody:
      return "nobody";
    case Writers::members:
      return "members";
    case Writers::organisation:
      return fmt::format("organisation:{}", writers.organisation ? writers.organisation->value : 0);
    case Writers::sector:
      break;
  }
  return fmt::format("sector:{}", writers.sector ? domain::slug(*writers.sector) : "");
}

Result<taxii::CollectionWriters> read_writers(store::Database& database, std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto who = text.substr(0, colon);
  const auto what = text.substr(std::min(colon + 1, text.size()));
  taxii::CollectionWriters writers;
  if (who == "nobody" && what.empty()) {
    writers.who = Writers::nobody;
  } else if (who == "members" && what.empty()) {
    writers.who = Writers::members;
  } else if (who == "organisation" && !what.empty()) {
    writers.who = Writers::organisation;
    TRY(writers.organisation, find_org(database, what));
  } else if (who == "sector") {
    writers.who = Writers::sector;
    writers.sector = domain::parse_sector(what);
    if (!writers.sector) return Error::invalid(fmt::format("'{}' is no sector", safe_text(what)), "--writers");
  } else {
    return Error::invalid("Writers are nobody, members, organisation:NAME or sector:NAME", "--writers");
  }
  return writers;
}

/// "*" takes the condition away.
std::vector<std::string> list_of(const std::vector<std::string>& given) {
  return given.size() == 1 && given[0] == "*" ? std::vector<std::string>{} : given;
}

Status take(const Work& work, taxii::CollectionInput& into) {
  const auto& options = work.options;
  if (options.title) into.title = *options.title;
  if (options.description) into.description = *options.description;
  if (options.alias) into.alias = *options.alias;
  if (options.readers) {
    TRY(into.readers, read_readers(work.database, *options.readers));
  }
  if (options.writers) {
    TRY(into.writers, read_writers(work.database, *options.writers));
  }
  if (options.types) into.filter.types = list_of(*options.types);
  if (options.labels) into.filter.labels = list_of(*options.labels);
  if (options.words) into.filter.words = *options.words;
  if (options.tlp_max) {
    into.filter.tlp_max = domain::parse_tlp(*options.tlp_max);
    if (!into.filter.tlp_max && !options.tlp_max->empty()) {
      return Error::invalid(fmt::format("'{}' is no TLP label", safe_text(*options.tlp_max)), "--tlp-max");
    }
  }
  if (options.confidence_min) {
    into.filter.confidence_min = *options.confidence_min < 0 ? std::nullopt : options.confidence_min;
  }
  return ok();
}

Status list(const Work& work) {
  TRY(const auto all, taxii::all_collections(work.database, work.actor));
  TextTable table{{{.title = "ID"},
                   {.title = "ALIAS"},
                   {.title = "TITLE", .shrinks = true},
                   {.title = "READERS"},
                   {.title = "WRITERS"},
                   {.title = "FILTER", .shrinks = true}}};
  for (const auto& each : all) {
    if (work.json) {
      print_json(json_of(each));
      continue;
    }
    const auto cell = [](std::string_view text) { return TextTable::Cell{.text = safe_text(text)}; };
    table.add({cell(each.id), cell(each.alias), cell(each.title), cell(readers_text(each.readers)),
               cell(writers_text(each.writers)),
               cell(each.filter.everything() ? "everything" : boost::json::serialize(taxii::to_json(each.filter)))});
  }
  if (work.json) return ok();
  print(all.empty() ? "There is no collection: 'tocsin taxii add' makes one.\n"
                    : table.text(output_width(), colours()));
  return ok();
}

Result<taxii::Collection> find(const Work& work) {
  TRY(const auto all, taxii::all_collections(work.database, work.actor));
  for (const auto& each : all) {
    if (each.id == work.options.collection || (!each.alias.empty() && each.alias == work.options.collection)) {
      return each;
    }
  }
  return Error::not_found("collection");
}

Status done(const Work& work, std::string_view id, std::string_view became) {
  if (work.json) {
    print_json({{"collection", id}});
  } else {
    print(fmt::format("Collection {} is {}.\n", safe_text(id), became));
  }
  return ok();
}

Status work_on(const Work& work) {
  switch (work.options.what) {
    case What::list:
      return list(work);
    case What::add: {
      taxii::CollectionInput input;
      TRY_VOID(take(work, input));
      TRY(const auto id, taxii::create_collection(work.database, work.actor, input, work.now));
      return done(work, id, "made");
    }
    case What::change: {
      TRY(auto it, find(work));
      TRY_VOID(take(work, it));
      TRY_VOID(taxii::change_collection(work.database, work.actor, it.id, it, work.now));
      return done(work, it.id, "changed");
    }
    case What::remove:
      break;
  }
  TRY(const auto it, find(work));
  TRY_VOID(taxii::remove_collection(work.database, work.actor, it.id, work.now));
  return done(work, it.id, "removed");
}

}  // namespace

int run_taxii(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const Work work{.database = *installation->database, .options = line.taxii, .json = line.json};
  if (const auto worked = work_on(work); !worked) return fail(worked.error(), line.json);
  return kGood;
}

}  // namespace tocsin::cli
