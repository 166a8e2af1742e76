#include "engine/threat/graph_walk.hpp"

#include <algorithm>
#include <unordered_set>

#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"

namespace tocsin::engine::threat {
namespace {

using store::Sql;

/// Ids in one statement: a power of two, as the statement cache likes it.
constexpr std::size_t kAtOnce = 1'024;

template <class T, class F>
Status in_chunks(std::span<const T> all, F body) {
  for (std::size_t at = 0; at < all.size(); at += kAtOnce) {
    TRY_VOID(body(all.subspan(at, std::min(kAtOnce, all.size() - at))));
  }
  return ok();
}

NodeTime time_of(const ThreatRow& row, std::optional<Timestamp> began, std::optional<Timestamp> ended,
                 std::optional<Timestamp> valid_from, std::optional<Timestamp> valid_until) {
  using Kind = NodeTime::Kind;
  if (began || ended) return {row.type == "report" ? Kind::published : Kind::seen, began ? began : ended, ended};
  if (valid_from) return {Kind::valid, valid_from, valid_until};
  if (row.created) return {Kind::created, row.created, {}};
  return {};
}

void tidy(std::vector<WalkEdge>& edges) {
  std::ranges::sort(edges);
  edges.erase(std::ranges::unique(edges).begin(), edges.end());
}

}  // namespace

bool is_node_type(std::string_view type) noexcept {
  return type != "relationship" && type != "sighting" && type != "marking-definition" && type != "language-content" &&
         type != "extension-definition" && type != "x-mitre-collection";
}

Met Walk::meet(std::string_view stix_id) {
  if (const auto found = met_.find(stix_id); found != met_.end()) return found->second;
  const auto [at, added] = met_.emplace(std::string{stix_id}, static_cast<Met>(ids_.size()));
  ids_.push_back(&at->first);
  return at->second;
}

std::vector<std::string> Walk::names(std::span<const Met> nodes) const {
  std::vector<std::string> out;
  out.reserve(nodes.size());
  for (const auto each : nodes) out.push_back(id(each));
  return out;
}

Status Walk::read_edges(End end, std::span<const Met> nodes, std::span<const std::string> verbs,
                        std::vector<WalkEdge>& edges, bool& cut) {
  const auto limit = kGraphEdgesMax - static_cast<std::int64_t>(edges.size()) + 1;
  Sql sql{
      "SELECT e.from_id, e.to_id, e.verb, e.record_id, e.via, r.issuer FROM stix_edge e JOIN record r ON "
      "r.id = e.record_id WHERE "};
  if (end == End::from) {
    sql.append("e.from_id IN ");
  } else {
    sql.append("e.to_id IN ");
  }
  sql.append_list(names(nodes)).append(" AND ").append(domain::policy::visible_sql(viewer_, now_));
  if (!verbs.empty()) sql.append(" AND e.verb IN ").append_list(verbs);
  sql.append(" LIMIT ?", limit);
  std::vector<std::int64_t> doubtful;
  std::vector<WalkEdge> found;
  TRY_VOID(connection_.each(sql, [&](const store::Row& row) {
    found.push_back({.from = meet(row.text(0)),
                     .to = meet(row.text(1)),
                     .verb = row.string(2),
                     .via = row.string(4),
                     .record = row.integer(3)});
    // Without an issuer it is the only one of its id that has none.
    if (!row.text(5).empty()) doubtful.push_back(found.back().record);
    return ok();
  }));
  TRY_VOID(keep_told(found, std::move(doubtful)));
  std::ranges::move(found, std::back_inserter(edges));
  if (static_cast<std::int64_t>(edges.size()) > kGraphEdgesMax) {
    cut = true;
    edges.resize(static_cast<std::size_t>(kGraphEdgesMax));
  }
  return ok();
}

Status Walk::keep_told(std::vector<WalkEdge>& edges, std::vector<std::int64_t> doubtful) {
  std::ranges::sort(doubtful);
  doubtful.erase(std::ranges::unique(doubtful).begin(), doubtful.end());
  std::unordered_set<std::int64_t> refused(doubtful.begin(), doubtful.end());
  TRY_VOID(in_chunks(std::span<const std::int64_t>{doubtful}, [&](std::span<const std::int64_t> some) {
    // Of records: asked of objects, PostgreSQL would hold each record that there is against the policy.
    Sql sql{"SELECT s.record_id FROM stix_object s JOIN record r ON r.id = s.record_id WHERE r.id IN "};
    sql.append_list(some).append(" AND ").append(domain::policy::visible_sql(viewer_, now_));
    append_first_of_id(sql, viewer_, now_);
    return connection_.each(sql, [&](const store::Row& row) {
      refused.erase(row.integer(0));
      return ok();
    });
  }));
  if (!refused.empty()) std::erase_if(edges, [&](const WalkEdge& each) { return refused.contains(each.record); });
  return ok();
}

Result<std::vector<WalkEdge>> Walk::edges_of(std::span<const Met> nodes, std::span<const std::string> verbs,
                                             bool& cut) {
  std::vector<WalkEdge> edges;
  TRY_VOID(in_chunks(nodes, [&](std::span<const Met> some) -> Status {
    TRY_VOID(read_edges(End::from, some, verbs, edges, cut));
    return read_edges(End::to, some, verbs, edges, cut);
  }));
  tidy(edges);
  return edges;
}

Result<std::vector<WalkEdge>> Walk::edges_among(std::span<const Met> nodes, std::span<const std::string> verbs,
                                                bool& cut) {
  const std::unordered_set<Met> wanted(nodes.begin(), nodes.end());
  std::vector<WalkEdge> edges;
  std::vector<std::int64_t> records;
  std::int64_t read = 0;
  // Most lead elsewhere: whether they may be seen is asked of those that are left.
  TRY_VOID(in_chunks(nodes, [&](std::span<const Met> some) {
    Sql sql{"SELECT e.from_id, e.to_id, e.verb, e.record_id, e.via FROM stix_edge e WHERE e.from_id IN "};
    sql.append_list(names(some));
    if (!verbs.empty()) sql.append(" AND e.verb IN ").append_list(verbs);
    sql.append(" LIMIT ?", kGraphEdgesMax - read + 1);
    return connection_.each(sql, [&](const store::Row& row) {
      ++read;
      const auto to = met_.find(row.text(1));
      if (to == met_.end() || !wanted.contains(to->second)) return ok();
      edges.push_back({.from = meet(row.text(0)),
                       .to = to->second,
                       .verb = row.string(2),
                       .via = row.string(4),
                       .record = row.integer(3)});
      records.push_back(edges.back().record);
      return ok();
    });
  }));
  if (read > kGraphEdgesMax) {
    // How many there are must not be told of what may not be seen: slower, and counting only what may.
    edges.clear();
    TRY_VOID(
        in_chunks(nodes, [&](std::span<const Met> some) { return read_edges(End::from, some, verbs, edges, cut); }));
    std::erase_if(edges,
                  [&](const WalkEdge& each) { return !wanted.contains(each.from) || !wanted.contains(each.to); });
  } else {
    TRY_VOID(keep_told(edges, std::move(records)));
  }
  tidy(edges);
  return edges;
}

Result<std::map<Met, Node>> Walk::look(std::span<const Met> nodes, std::span<const std::string> types) {
  std::map<Met, Node> out;
  TRY_VOID(in_chunks(nodes, [&](std::span<const Met> some) {
    Sql sql{
        "SELECT " TOCSIN_THREAT_COLUMNS
        ", t.began, t.ended, s.valid_from FROM stix_object s JOIN record r ON r.id = s.record_id LEFT JOIN stix_time "
        "t ON t.record_id = s.record_id WHERE s.stix_id IN "};
    sql.append_list(names(some)).append(" AND ").append(domain::policy::visible_sql(viewer_, now_));
    append_first_of_id(sql, viewer_, now_);
    sql.append(
        " AND s.type NOT IN ('relationship', 'sighting', 'marking-definition', 'language-content', "
        "'extension-definition', 'x-mitre-collection')");
    if (!types.empty()) sql.append(" AND s.type IN ").append_list(types);
    return connection_.each(sql, [&](const store::Row& row) {
      Node node;
      node.row = read_threat_row(row);
      node.time = time_of(node.row, row.optional_time(kThreatColumns), row.optional_time(kThreatColumns + 1),
                          row.optional_time(kThreatColumns + 2), node.row.valid_until);
      out.emplace(meet(row.text(1)), std::move(node));
      return ok();
    });
  }));
  return out;
}

}  // namespace tocsin::engine::threat
