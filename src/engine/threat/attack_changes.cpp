#include "engine/threat/attack_changes.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>

#include "base/messages.hpp"
#include "domain/record.hpp"
#include "engine/threat/attack_rows.hpp"
#include "formats/stix/reader.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;
namespace attack = formats::attack;
namespace stix = formats::stix;

/// Documents of one question: they are large.
constexpr std::size_t kDocumentsAtOnce = 500;

/// A release and what it has: STIX id and version of each object.
struct Contents {
  AttackRelease release;
  std::unordered_map<std::string, std::int64_t> objects;
};

/// Of each of these records, the versions that the viewer may see, with their bytes.
template <class Use>
Status each_version(store::Connection& connection, const Viewer& viewer, std::span<const std::string> stix_ids,
                    Timestamp now, Use use) {
  for (std::size_t at = 0; at < stix_ids.size(); at += kDocumentsAtOnce) {
    Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS
            ", s.stix_id, v.tlp, v.audience, v.status, v.embargo_until, (SELECT d.digest FROM audience "
            "d WHERE d.id = v.audience_id), b.bytes FROM stix_object s JOIN record r ON r.id = s.record_id JOIN "
            "revision v ON v.record_id = r.id JOIN revision_document b ON b.revision_id = v.id WHERE v.standing <> ? "
            "AND ",
            domain::Standing::conflicting};
    sql.append(visible_sql(viewer, now)).append(" AND s.stix_id IN ");
    sql.append_list(stix_ids.subspan(at, std::min(kDocumentsAtOnce, stix_ids.size() - at)));
    TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
      const auto record = store::read_record(row);
      int column = store::kRecordColumns;
      const auto id = row.string(column++);
      domain::Revision revision;
      revision.tlp = static_cast<domain::Tlp>(row.integer(column++));
      revision.audience = static_cast<domain::Audience>(row.integer(column++));
      revision.status = static_cast<domain::RecordStatus>(row.integer(column++));
      revision.embargo_until = row.optional_time(column++);
      revision.listed = domain::read_grantees(row.text(column++));
      if (!domain::policy::may_see(viewer, domain::policy::facts_of(record, revision), now)) return ok();
      return use(id, row.text(column));
    }));
  }
  return ok();
}

/// When this version of an object was made: marking definitions have one version, which is as old as they are.
std::int64_t version_of(stix::Node object) {
  auto time = parse_rfc3339(object.text_at("modified"));
  if (!time) time = parse_rfc3339(object.text_at("created"));
  return time ? time->micros : 0;
}

Contents read_contents(stix::Node collection) {
  Contents out;
  out.release = {.version = std::string{collection.text_at("x_mitre_version")}, .released = {version_of(collection)}};
  for (const auto each : collection["x_mitre_contents"].elements()) {
    const auto modified = parse_rfc3339(each.text_at("object_modified"));
    if (modified) out.objects[std::string{each.text_at("object_ref")}] = modified->micros;
  }
  return out;
}

/// Releases of the domain's matrix, newest first: of those of one version the newest.
Result<std::vector<Contents>> releases_of(store::Connection& connection, const Viewer& viewer, std::string_view domain,
                                          Timestamp now) {
  Sql sql{"SELECT DISTINCT s.stix_id" TOCSIN_ATTACK_FROM
          " WHERE a.kind = ? AND EXISTS (SELECT 1 FROM stix_reference f JOIN stix_object m ON m.stix_id = f.target_id "
          "JOIN attack_object x ON x.record_id = m.record_id AND x.kind = ? AND x.attack_id = ? WHERE f.record_id = "
          "a.record_id AND f.property = 'object_ref') AND ",
          AttackKind::collection, AttackKind::matrix, domain};
  sql.append(visible_sql(viewer, now));
  TRY(const auto collections, connection.all(sql, [](const store::Row& row) { return row.string(0); }));
  std::vector<Contents> out;
  stix::TapeReader reader;
  TRY_VOID(each_version(connection, viewer, collections, now, [&](const std::string&, std::string_view bytes) {
    const auto root = reader.read(bytes);
    if (root) out.push_back(read_contents(*root));
    return ok();
  }));
  std::ranges::sort(out, std::ranges::greater{}, [](const Contents& each) { return each.release.released.micros; });
  std::vector<Contents> once;
  for (auto& each : out) {
    const bool told =
        std::ranges::any_of(once, [&](const Contents& other) { return other.release.version == each.release.version; });
    if (!told && !each.release.version.empty()) once.push_back(std::move(each));
  }
  return once;
}

/// Adds to each release those of the objects that it has, as it has them. `ends`: what their relationships join.
Status add_objects(store::Connection& connection, const Viewer& viewer, std::span<const std::string> ids,
                   const Contents& before, const Contents& after, Timestamp now, attack::Release& was,
                   attack::Release& is, std::vector<std::string>* ends) {
  const auto has = [](const Contents& release, const std::string& id, std::int64_t version) {
    const auto found = release.objects.find(id);
    return found != release.objects.end() && found->second == version;
  };
  stix::TapeReader reader;
  return each_version(connection, viewer, ids, now, [&](const std::string& id, std::string_view bytes) -> Status {
    const auto root = reader.read(bytes);
    if (!root) return ok();
    const auto version = version_of(*root);
    const bool in_before = has(before, id, version), in_after = has(after, id, version);
    if (in_before) was.add(*root);
    if (in_after) is.add(*root);
    if ((in_before || in_after) && ends != nullptr && stix::type_of_id(id) == "relationship") {
      ends->emplace_back(root->text_at("source_ref"));
      ends->emplace_back(root->text_at("target_ref"));
    }
    return ok();
  });
}

Result<attack::Difference> compare(store::Connection& connection, const Viewer& viewer, const Contents& before,
                                   const Contents& after, Timestamp now) {
  std::vector<std::string> differ;
  for (const auto& [id, version] : after.objects) {
    const auto was = before.objects.find(id);
    if (was == before.objects.end() || was->second != version) differ.push_back(id);
  }
  for (const auto& [id, version] : before.objects) {
    if (!after.objects.contains(id)) differ.push_back(id);
  }
  std::ranges::sort(differ);
  attack::Release was, is;
  std::vector<std::string> ends;
  TRY_VOID(add_objects(connection, viewer, differ, before, after, now, was, is, &ends));
  // What is the same in both changes nothing, but relations are told with the names of their ends.
  std::ranges::sort(ends);
  ends.erase(std::ranges::unique(ends).begin(), ends.end());
  std::erase_if(ends, [&](const std::string& id) { return std::ranges::binary_search(differ, id); });
  TRY_VOID(add_objects(connection, viewer, ends, before, after, now, was, is, nullptr));
  return attack::compare(was, is);
}

Error no_release() { return Error::not_found("release of ATT&CK"); }

}  // namespace

Result<AttackChanges> attack_changes(store::Connection& connection, const Viewer& viewer, std::string_view domain,
                                     std::string_view before, std::string_view after, Timestamp now) {
  AttackChanges out;
  TRY(out.domains, domains(connection, viewer, now));
  const auto found = domain.empty() ? out.domains.begin() : std::ranges::find(out.domains, domain, &Domain::id);
  if (found == out.domains.end()) {
    if (domain.empty() && before.empty() && after.empty()) return out;
    return domain.empty() ? no_release() : Error::not_found("matrix of ATT&CK");
  }
  out.domain = *found;
  TRY(const auto all, releases_of(connection, viewer, found->id, now));
  for (const auto& each : all) out.releases.push_back(each.release);
  const auto release = [&](std::string_view version) {
    return std::ranges::find(all, version, [](const Contents& each) { return std::string_view{each.release.version}; });
  };
  const auto newer = after.empty() ? all.begin() : release(after);
  if (newer == all.end()) {
    if (after.empty() && before.empty()) return out;
    return no_release();
  }
  const auto older = before.empty() ? newer + 1 : release(before);
  if (older == all.end()) {
    if (before.empty()) return out;
    return no_release();
  }
  if (older == newer) return Error::invalid(std::string{tr<"Two different releases can be compared">()}, "before");
  out.before = older->release;
  out.after = newer->release;
  TRY(out.difference, compare(connection, viewer, *older, *newer, now));
  return out;
}

}  // namespace tocsin::engine::threat
