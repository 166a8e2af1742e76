#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/sharing/sharing.hpp"
#include "portal/pages/sharing_view.hpp"
#include "store/records.hpp"

/// The command `share`.
namespace tocsin::cli {
namespace {

namespace sharing = engine::sharing;

constexpr std::size_t kTextWidth = 100;
constexpr std::size_t kNamesShown = 50;

Result<domain::Record> find(store::Connection& connection, const CommandLine& line) {
  store::Records records{connection};
  // Whoever has the database shares for every organisation: the record is looked for past the policy.
  TRY(const auto id,
      connection.first(store::Sql{"SELECT id FROM record WHERE kind = ? AND lower(slug) = ?",
                                  domain::RecordKind::advisory, text::lower_ascii(domain::slug_of(line.id))},
                       [](const store::Row& row) { return row.integer(0); }));
  if (id) {
    TRY(auto record, records.load({*id}));
    if (record) return std::move(*record);
  }
  return Error{Error::Code::not_found, fmt::format("There is no advisory '{}' here", line.id), {}, {}};
}

Result<sharing::Marking> wanted_of(store::Connection& connection, const engine::Actor& actor,
                                   const domain::Record& record, const ShareOptions& options) {
  auto marking = sharing::marking_of(record);
  if (!options.tlp.empty()) marking.tlp = *domain::parse_tlp(options.tlp);
  if (!options.to.empty()) {
    marking.audience = domain::Audience::listed;
    marking.listed.clear();
    for (const auto& each : options.to) {
      TRY_VOID(sharing::add_addressee(connection, actor, record, each, marking));
    }
  }
  if (!options.audience.empty()) {
    const auto audience = sharing::parse_audience(options.audience);
    if (audience != domain::Audience::listed && !options.to.empty()) {
      return Error::invalid("--to names addressees, so the audience is listed", "--audience");
    }
    marking.audience = *audience;
  }
  if (options.embargo == "none") marking.embargo_until = std::nullopt;
  if (!options.embargo.empty() && options.embargo != "none")
    marking.embargo_until = parse_rfc3339(options.embargo).value();
  if (options.publish) marking.status = domain::RecordStatus::published;
  return marking;
}

void tell(const sharing::Reach& reach, const sharing::Marking& marking, const sharing::Sight& sight) {
  std::string out;
  const auto all = sharing::sentences(reach, marking, sight);
  for (const auto& each : all) {
    out += wrap(safe_text("- " + each.text), kTextWidth, 2);
    for (std::size_t i = 0; i < std::min(each.names.size(), kNamesShown); ++i) {
      out += "      " + safe_text(each.names[i]) + "\n";
    }
    if (each.names.size() > kNamesShown) out += fmt::format("      ... and {} more\n", each.names.size() - kNamesShown);
  }
  if (all.empty()) out += "  Nobody.\n";
  for (const auto& each : reach.idle) {
    out += safe_text(
        fmt::format("  Listed, but reaching nobody at present: {}\n", sharing::grantee_name(reach, each, sight)));
  }
  print(out);
}

void tell(const portal::pages::Sharing& found) {
  const auto marking = sharing::marking_of(found.record);
  print(safe_text(fmt::format("{}  TLP:{}  {}  {}  owned by {}\n", found.record.key, domain::to_string(marking.tlp),
                              portal::pages::audience_label(marking.audience), domain::to_string(marking.status),
                              found.owner_name)));
  if (found.after_embargo) print(fmt::format("Until {}:\n", format_minute(*marking.embargo_until)));
  tell(found.now, marking, found.sight);
  if (found.after_embargo) {
    print("From then on:\n");
    tell(*found.after_embargo, marking, found.sight);
  }
}

Result<int> share(store::Database& database, const CommandLine& line) {
  const auto actor = engine::Actor::at_console();
  const auto now = system_clock().now();
  const auto look = [&]() -> Result<portal::pages::Sharing> {
    portal::pages::Sharing found;
    TRY(found.record, database.read([&](store::Connection& connection) { return find(connection, line); }));
    TRY_VOID(portal::pages::look_at_sharing(database, actor, found, now));
    return found;
  };
  TRY(auto found, look());
  if (!line.share.changes()) {
    if (line.json) {
      print_json(portal::pages::sharing_json(found));
    } else {
      tell(found);
    }
    return kGood;
  }
  TRY(const auto wanted, database.read([&](store::Connection& connection) {
    return wanted_of(connection, actor, found.record, line.share);
  }));
  TRY(const auto difference, sharing::preview(database, actor, found.record.id, wanted, now));
  auto listed = wanted.listed;
  listed.insert(listed.end(), found.record.listed.begin(), found.record.listed.end());
  TRY(const auto sight, sharing::sight_of(database, actor, listed));
  const bool done = line.share.yes || !difference.widens();
  if (done) {
    TRY_VOID(sharing::change_marking(database, actor, found.record.id, wanted, {.given = line.share.yes, .digest = {}},
                                     now));
    TRY(found, look());
  }
  if (line.json) {
    auto out = portal::pages::sharing_json(found);
    out["difference"] = portal::pages::difference_json(difference, sight);
    out["done"] = done;
    print_json(out);
    return done ? kGood : kFailed;
  }
  print(safe_text(fmt::format("Newly reached: {}\nNo longer reached: {}\n", sharing::summary(difference.gained, sight),
                              sharing::summary(difference.lost, sight))));
  if (!done) {
    complain("Nothing was done. Who has read something has read it: run it again with --yes if that is meant");
    return kFailed;
  }
  tell(found);
  return kGood;
}

}  // namespace

int run_share(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const auto done = share(*installation->database, line);
  return done ? *done : fail(done.error(), line.json);
}

}  // namespace tocsin::cli
