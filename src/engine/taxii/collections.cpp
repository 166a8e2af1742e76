#include "engine/taxii/collections.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/organisation.hpp"
#include "engine/audit/trail.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::Permission;
using store::Sql;
using Who = CollectionReaders::Who;

constexpr std::size_t kListMax = 64, kItemBytesMax = 250, kTitleBytesMax = 200, kDescriptionBytesMax = 4'000;
constexpr std::string_view kWho[] = {"anyone", "members", "community", "sector"};
constexpr std::string_view kWhoWrites[] = {"nobody", "members", "organisation", "sector"};

#define TOCSIN_COLLECTION_COLUMNS "id, alias, title, description, filter, readers, created_at"
#define TOCSIN_COLLECTIONS                                                                           \
  "SELECT c.id, c.alias, c.title, c.description, c.filter, c.readers, c.created_at, w.writers FROM " \
  "taxii_collection c LEFT JOIN taxii_writer w ON w.collection_id = c.id"

Error bad(std::string_view where, std::string message) {
  return Error::invalid(std::move(message), std::string{where});
}

Result<std::vector<std::string>> texts_of(const boost::json::value& value, std::string_view where) {
  if (!value.is_array()) return bad(where, "a list of texts is wanted here");
  std::vector<std::string> out;
  for (const auto& each : value.get_array()) {
    if (!each.is_string() || each.get_string().empty() || each.get_string().size() > kItemBytesMax) {
      return bad(where, tr<"each has 1 to {} bytes">(kItemBytesMax));
    }
    out.emplace_back(each.get_string());
  }
  if (out.size() > kListMax) return bad(where, tr<"at most {} can stand here">(kListMax));
  return out;
}

/// "indicator", "x-example-thing" (STIX 2.1 section 3.1).
bool is_type(std::string_view text) {
  return text.size() >= 3 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

/// Letters of addresses that need no encoding; no UUID, so that an alias never stands for another collection.
bool is_alias(std::string_view text) {
  return text.size() <= 64 && text.size() != 36 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<Collection> read_row(const store::Row& row) {
  Collection out{.id = row.string(0),
                 .alias = row.string(1),
                 .title = row.string(2),
                 .description = row.string(3),
                 .filter = {},
                 .readers = {},
                 .created_at = row.time(6),
                 .writers = {},
                 .can_write = false};
  TRY(const auto filter, json::parse(row.text(4)));
  TRY(out.filter, read_filter(filter.root()));
  TRY(const auto readers, json::parse(row.text(5)));
  TRY(out.readers, read_readers(readers.root()));
  if (!row.is_null(7)) {
    TRY(const auto writers, json::parse(row.text(7)));
    TRY(out.writers, read_writers(writers.root()));
  }
  return out;
}

Result<std::vector<Collection>> rows_of(store::Connection& connection, const Sql& sql) {
  std::vector<Collection> out;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    TRY(auto it, read_row(row));
    out.push_back(std::move(it));
    return ok();
  }));
  return out;
}

/// Once for all collections of a request.
class Reader {
 public:
  static Result<Reader> of(store::Connection& connection, const Actor& actor) {
    Reader reader;
    reader.actor_ = &actor;
    if (!actor.viewer.organisation) return reader;
    TRY(const auto sectors,
        connection.first(Sql{"SELECT sectors FROM organisation WHERE id = ?", *actor.viewer.organisation},
                         [](const store::Row& row) { return row.string(0); }));
    if (sectors) reader.sectors_ = domain::read_sectors(*sectors);
    return reader;
  }
  bool may_read(const CollectionReaders& readers) const {
    // Whoever keeps them sees how they look.
    if (actor_->may(Permission::administer)) return true;
    const auto& viewer = actor_->viewer;
    switch (readers.who) {
      case Who::anyone:
        return true;
      case Who::members:
        return viewer.organisation.has_value();
      case Who::community:
        return readers.community && std::ranges::binary_search(viewer.communities, *readers.community);
      case Who::sector:
        break;
    }
    return viewer.organisation && readers.sector &&
           (*viewer.organisation == domain::kOwnOrganisation || is_in(*readers.sector));
  }
  /// Asked of what they may read. People write in the portal: over TAXII only programs do, whose tokens say so.
  bool may_write(const Collection& collection) const {
    const auto& viewer = actor_->viewer;
    const auto withheld = (actor_->withheld >> static_cast<unsigned>(Permission::edit_record)) & 1U;
    if (!actor_->program || withheld != 0 || !actor_->may(Permission::read_as_member)) return false;
    const auto& writers = collection.writers;
    switch (writers.who) {
      case CollectionWriters::Who::nobody:
        return false;
      case CollectionWriters::Who::members:
        return true;
      case CollectionWriters::Who::organisation:
        return writers.organisation && viewer.organisation == writers.organisation;
      case CollectionWriters::Who::sector:
        break;
    }
    return writers.sector && is_in(*writers.sector);
  }

 private:
  bool is_in(domain::Sector sector) const { return std::ranges::find(sectors_, sector) != sectors_.end(); }

  const Actor* actor_ = nullptr;
  std::vector<domain::Sector> sectors_;
};

struct CommunityName {
  std::string uuid, name;
};
Result<std::map<std::int64_t, CommunityName>> community_names(store::Connection& connection) {
  std::map<std::int64_t, CommunityName> out;
  TRY_VOID(connection.each(Sql{"SELECT id, uuid, name FROM community WHERE closed = 0"}, [&](const store::Row& row) {
    out.emplace(row.integer(0), CommunityName{row.string(1), row.string(2)});
    return ok();
  }));
  return out;
}

ApiRoot default_root() {
  return {.name = std::string{kDefaultRoot},
          .title = "Threat knowledge",
          .description = "What the asker may see, in collections",
          .community = {}};
}

bool is_in(const Collection& collection, const ApiRoot& root) {
  return root.community ? collection.readers.community == root.community : collection.readers.who != Who::community;
}

Status check(store::Connection& connection, const CollectionInput& input) {
  if (text::trim(input.title).empty() || input.title.size() > kTitleBytesMax) {
    return bad("title", tr<"a title of 1 to {} bytes is wanted">(kTitleBytesMax));
  }
  if (input.description.size() > kDescriptionBytesMax) {
    return bad("description", tr<"at most {} bytes">(kDescriptionBytesMax));
  }
  if (!is_alias(input.alias)) {
    return bad("alias", std::string{tr<"an alias has small letters, digits, - and _, at most 64, and is no UUID">()});
  }
  TRY_VOID(read_filter(to_json(input.filter)));
  TRY_VOID(read_readers(to_json(input.readers)));
  TRY_VOID(read_writers(to_json(input.writers)));
  if (input.writers.who != CollectionWriters::Who::nobody && !addressees_of(input.readers)) {
    return bad("writers",
               std::string{tr<"nothing can be addressed to a sector, for who is in it changes: make a community, and a "
                              "collection for it, where others are to write">()});
  }
  if (input.writers.organisation) {
    TRY(const auto found, connection.first(Sql{"SELECT id FROM organisation WHERE id = ?", *input.writers.organisation},
                                           [](const store::Row& row) { return row.integer(0); }));
    if (!found) return bad("writers", std::string{tr<"there is no such organisation">()});
  }
  if (input.readers.community) {
    TRY(const auto names, community_names(connection));
    if (!names.contains(input.readers.community->value))
      return bad("readers", std::string{tr<"there is no such community, or it is closed">()});
  }
  return ok();
}

boost::json::object audited(const CollectionInput& input) {
  return {{"title", input.title},
          {"filter", to_json(input.filter)},
          {"readers", to_json(input.readers)},
          {"writers", to_json(input.writers)}};
}

Status write_writers(store::Connection& connection, std::string_view id, const CollectionWriters& writers) {
  TRY_VOID(connection.run(Sql{"DELETE FROM taxii_writer WHERE collection_id = ?", id}));
  if (writers.who == CollectionWriters::Who::nobody) return ok();
  TRY_VOID(connection.run(
      Sql{"INSERT INTO taxii_writer (collection_id, writers) VALUES (?, ?)", id, json::write(to_json(writers))}));
  return ok();
}

Status alias_taken(Status status) {
  if (!status && status.error().code == Error::Code::conflict) {
    return Error::conflict(std::string{tr<"another collection has this alias">()}, "alias");
  }
  return status;
}

}  // namespace

boost::json::object to_json(const CollectionFilter& filter) {
  boost::json::object out;
  const auto texts = [](const std::vector<std::string>& list) { return boost::json::array(list.begin(), list.end()); };
  if (!filter.types.empty()) out["types"] = texts(filter.types);
  if (!filter.labels.empty()) out["labels"] = texts(filter.labels);
  if (!filter.words.empty()) out["words"] = filter.words;
  if (filter.tlp_max) out["tlp_max"] = text::lower_ascii(domain::to_string(*filter.tlp_max));
  if (filter.confidence_min) out["confidence_min"] = *filter.confidence_min;
  return out;
}

boost::json::object to_json(const CollectionReaders& readers) {
  boost::json::object out{{"who", kWho[static_cast<std::size_t>(readers.who)]}};
  if (readers.community) out["community"] = readers.community->value;
  if (readers.sector) out["sector"] = domain::slug(*readers.sector);
  return out;
}

boost::json::object to_json(const CollectionWriters& writers) {
  boost::json::object out{{"who", kWhoWrites[static_cast<std::size_t>(writers.who)]}};
  if (writers.organisation) out["organisation"] = writers.organisation->value;
  if (writers.sector) out["sector"] = domain::slug(*writers.sector);
  return out;
}

Result<CollectionFilter> read_filter(const boost::json::value& json) {
  if (!json.is_object()) return bad("filter", "an object is wanted here");
  CollectionFilter out;
  for (const auto& member : json.get_object()) {
    const auto name = std::string_view{member.key()};
    const auto& value = member.value();
    if (name == "types") {
      TRY(out.types, texts_of(value, name));
      for (const auto& each : out.types) {
        if (!is_type(each)) return bad(name, tr<"'{}' is no type of STIX object">(text::shorten(each, 80)));
      }
    } else if (name == "labels") {
      TRY(out.labels, texts_of(value, name));
    } else if (name == "words") {
      if (!value.is_string() || value.get_string().size() > kItemBytesMax) {
        return bad(name, tr<"a text of at most {} bytes is wanted here">(kItemBytesMax));
      }
      out.words = std::string{value.get_string()};
    } else if (name == "tlp_max") {
      out.tlp_max = value.is_string() ? domain::parse_tlp(value.get_string()) : std::nullopt;
      if (!out.tlp_max) return bad(name, std::string{tr<"a TLP label is wanted here, such as 'amber'">()});
    } else if (name == "confidence_min") {
      if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > 100) {
        return bad(name, tr<"a number from {} to {} is wanted">(0, 100));
      }
      out.confidence_min = static_cast<int>(value.get_int64());
    } else {
      return bad(name, "types, labels, words, tlp_max and confidence_min are known here");
    }
  }
  return out;
}

Result<CollectionReaders> read_readers(const boost::json::value& json) {
  const auto who = json::string_at(json, "who");
  const auto found = std::ranges::find(kWho, who);
  if (found == std::end(kWho)) {
    return bad("who", "'who' is anyone, members, community or sector");
  }
  CollectionReaders out{.who = static_cast<Who>(found - std::begin(kWho)), .community = {}, .sector = {}};
  if (out.who == Who::community) {
    const auto* id = json::find(json, "community");
    if (id == nullptr || !id->is_int64()) return bad("community", "which community?");
    out.community = domain::CommunityId{id->get_int64()};
  }
  if (out.who == Who::sector) {
    out.sector = domain::parse_sector(json::string_at(json, "sector"));
    if (!out.sector) return bad("sector", "which sector?");
  }
  return out;
}

Result<CollectionWriters> read_writers(const boost::json::value& json) {
  const auto who = json::string_at(json, "who");
  const auto found = std::ranges::find(kWhoWrites, who);
  if (found == std::end(kWhoWrites)) return bad("who", "'who' is nobody, members, organisation or sector");
  using Writers = CollectionWriters::Who;
  CollectionWriters out{.who = static_cast<Writers>(found - std::begin(kWhoWrites)), .organisation = {}, .sector = {}};
  if (out.who == Writers::organisation) {
    const auto* id = json::find(json, "organisation");
    if (id == nullptr || !id->is_int64()) return bad("organisation", "which organisation?");
    out.organisation = domain::OrganisationId{id->get_int64()};
  }
  if (out.who == Writers::sector) {
    out.sector = domain::parse_sector(json::string_at(json, "sector"));
    if (!out.sector) return bad("sector", "which sector?");
  }
  return out;
}

std::optional<Addressees> addressees_of(const CollectionReaders& readers) {
  using domain::Audience;
  switch (readers.who) {
    case Who::anyone:
      return Addressees{.audience = Audience::everyone, .listed = {}, .tlp_max = domain::Tlp::green};
    case Who::members:
      return Addressees{.audience = Audience::members, .listed = {}, .tlp_max = domain::Tlp::amber_strict};
    case Who::community:
      if (!readers.community) return std::nullopt;
      return Addressees{.audience = Audience::listed,
                        .listed = {{domain::Grantee::Kind::community, readers.community->value}},
                        .tlp_max = domain::Tlp::amber_strict};
    case Who::sector:
      break;
  }
  return std::nullopt;
}

Result<std::vector<ApiRoot>> api_roots(store::Connection& connection, const Actor& actor) {
  std::vector<ApiRoot> roots{default_root()};
  TRY(const auto reader, Reader::of(connection, actor));
  TRY(const auto names, community_names(connection));
  TRY(const auto all, rows_of(connection, Sql{TOCSIN_COLLECTIONS}));
  for (const auto& [id, community] : names) {
    const bool any = std::ranges::any_of(all, [&](const Collection& each) {
      return each.readers.community == domain::CommunityId{id} && reader.may_read(each.readers);
    });
    if (!any) continue;
    roots.push_back({.name = community.uuid,
                     .title = community.name,
                     .description = "What is shared within the community",
                     .community = domain::CommunityId{id}});
  }
  std::ranges::sort(roots.begin() + 1, roots.end(), {}, &ApiRoot::title);
  return roots;
}

Result<ApiRoot> api_root(store::Connection& connection, const Actor& actor, std::string_view name) {
  if (name == kDefaultRoot) return default_root();
  TRY(auto roots, api_roots(connection, actor));
  const auto found = std::ranges::find(roots, name, &ApiRoot::name);
  if (found == roots.end()) return Error::not_found("API root");
  return std::move(*found);
}

Result<std::vector<Collection>> collections(store::Connection& connection, const Actor& actor, const ApiRoot& root) {
  TRY(const auto reader, Reader::of(connection, actor));
  TRY(auto all, rows_of(connection, Sql{TOCSIN_COLLECTIONS " ORDER BY c.title, c.id"}));
  std::erase_if(all, [&](const Collection& each) { return !is_in(each, root) || !reader.may_read(each.readers); });
  for (auto& each : all) each.can_write = reader.may_write(each);
  return all;
}

Result<Collection> collection(store::Connection& connection, const Actor& actor, const ApiRoot& root,
                              std::string_view id_or_alias) {
  TRY(auto all, collections(connection, actor, root));
  for (auto& each : all) {
    if (each.id == id_or_alias || (!each.alias.empty() && each.alias == id_or_alias)) return std::move(each);
  }
  return Error::not_found("collection");
}

Result<std::vector<Collection>> all_collections(store::Database& database, const Actor& actor) {
  TRY_VOID(actor.require(Permission::administer));
  return database.read([](store::Connection& connection) {
    return rows_of(connection, Sql{TOCSIN_COLLECTIONS " ORDER BY c.title, c.id"});
  });
}

Result<std::string> create_collection(store::Database& database, const Actor& actor, const CollectionInput& input,
                                      Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  auto id = random_uuid();
  TRY_VOID(alias_taken(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(check(connection, input));
    TRY(const auto count, connection.first(Sql{"SELECT count(*) FROM taxii_collection"},
                                           [](const store::Row& row) { return row.integer(0); }));
    if (count.value_or(0) >= kCollectionsMax) {
      return bad("title", tr<"there are {} collections already: remove one first">(kCollectionsMax));
    }
    TRY_VOID(connection.run(Sql{"INSERT INTO taxii_collection (" TOCSIN_COLLECTION_COLUMNS ") VALUES (?, ?, ?, ?, ?, "
                                "?, ?)",
                                id, input.alias, input.title, input.description, json::write(to_json(input.filter)),
                                json::write(to_json(input.readers)), now}));
    TRY_VOID(write_writers(connection, id, input.writers));
    TRY_VOID(audit::record(connection, actor, now, "taxii.collection", "taxii-collection:" + id, {},
                           domain::audit::Outcome::done, audited(input)));
    return ok();
  })));
  return id;
}

Status change_collection(store::Database& database, const Actor& actor, std::string_view id,
                         const CollectionInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return alias_taken(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(check(connection, input));
    TRY(const auto changed,
        connection.run(Sql{"UPDATE taxii_collection SET alias = ?, title = ?, description = ?, filter = ?, readers = ? "
                           "WHERE id = ?",
                           input.alias, input.title, input.description, json::write(to_json(input.filter)),
                           json::write(to_json(input.readers)), id}));
    if (changed == 0) return Error::not_found("collection");
    TRY_VOID(write_writers(connection, id, input.writers));
    TRY_VOID(audit::record(connection, actor, now, "taxii.collection", fmt::format("taxii-collection:{}", id), {},
                           domain::audit::Outcome::done, audited(input)));
    return ok();
  }));
}

Status remove_collection(store::Database& database, const Actor& actor, std::string_view id, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto removed, connection.run(Sql{"DELETE FROM taxii_collection WHERE id = ?", id}));
    if (removed == 0) return Error::not_found("collection");
    TRY_VOID(audit::record(connection, actor, now, "taxii.collection-remove", fmt::format("taxii-collection:{}", id)));
    return ok();
  });
}

Status ensure_first_collection(store::Connection& connection, Timestamp now) {
  TRY(const auto count, connection.first(Sql{"SELECT count(*) FROM taxii_collection"},
                                         [](const store::Row& row) { return row.integer(0); }));
  if (count.value_or(0) > 0) return ok();
  TRY_VOID(connection.run(Sql{
      "INSERT INTO taxii_collection (" TOCSIN_COLLECTION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)", random_uuid(), "all",
      "All threat knowledge", "Every STIX object that the asker may see", "{}", R"({"who":"members"})", now}));
  return ok();
}

}  // namespace tocsin::engine::taxii
