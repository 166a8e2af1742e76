#include "engine/threat/graph.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "engine/keyset.hpp"
#include "engine/threat/graph_walk.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;

/// Candidates are looked at in lots: most of a crowd behind a hub is never told.
constexpr std::size_t kLotMin = 64;
constexpr std::size_t kLotMax = 1'024;
constexpr std::int64_t kShare = 1'000'000;

/// A relationship was stated by somebody; a property may only list.
std::int64_t weight(const WalkEdge& edge) { return edge.via.empty() ? 1 : 4; }

std::unordered_map<Met, std::int64_t> degrees(const std::vector<WalkEdge>& edges) {
  std::unordered_map<Met, std::int64_t> out;
  for (const auto& each : edges) {
    ++out[each.from];
    ++out[each.to];
  }
  return out;
}

/// A place in the order of all nodes.
struct Place {
  int distance = 0;
  std::int64_t tie = 0;
  std::string id;
  bool operator<(const Place& other) const {
    return std::tie(distance, other.tie, id) < std::tie(other.distance, tie, other.id);
  }
};

std::string cursor_of(const Place& place) {
  return keyset_text('g', {.number = place.tie, .text = fmt::format("{}~{}", place.distance, place.id)});
}

Result<Place> parse_cursor(std::string_view cursor) {
  TRY(const auto keyset, parse_keyset('g', cursor));
  const auto tilde = keyset.text.find('~');
  if (tilde != 1 || keyset.text[0] < '0' || keyset.text[0] > '0' + kGraphDepthMax) {
    return Error::invalid("this cursor was not made by this server: start again from the first page", "cursor");
  }
  return Place{.distance = keyset.text[0] - '0', .tie = keyset.number, .id = keyset.text.substr(tilde + 1)};
}

class Explorer {
 public:
  Explorer(Walk& walk, const Around& around, std::optional<Place> after)
      : walk_(walk), around_(around), after_(std::move(after)) {}

  Result<Neighbourhood> explore(Node middle) {
    const auto root = walk_.meet(middle.row.id);
    middle.distance = 0;
    is_known_.emplace(root);
    tell(root, std::move(middle), {.distance = 0, .tie = 0, .id = walk_.id(root)});
    std::vector<Met> level{root};
    int distance = 1;
    for (; distance <= around_.depth && !level.empty() && !ended_; ++distance) {
      TRY(level, expand(level, distance));
    }
    // What is farthest was not expanded: only what joins it among itself is missing.
    std::vector<Met> farthest;
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (told_[i].node.distance == distance - 1) farthest.push_back(told_[i].met);
    }
    if (farthest.size() > 1) {
      TRY(auto more, walk_.edges_among(farthest, around_.verbs, answer_.cut));
      std::ranges::move(more, std::back_inserter(edges_));
    }
    write();
    return std::move(answer_);
  }

 private:
  struct Told {
    Met met = 0;
    Node node;
    Place place;
  };

  /// False where the page or all pages have enough.
  bool tell(Met met, Node node, Place place) {
    const bool on_page = !after_ || *after_ < place;
    if (on_page && told_.size() - before_ == static_cast<std::size_t>(around_.limit)) {
      answer_.next_cursor = cursor_of(told_.back().place);
      return false;
    }
    if (told_.size() == static_cast<std::size_t>(kGraphNodesMax)) {
      answer_.full = true;
      return false;
    }
    at_.emplace(met, told_.size());
    told_.push_back({met, std::move(node), std::move(place)});
    if (!on_page) before_ = told_.size();
    return true;
  }

  /// From one distance to the next; what was told of that.
  Result<std::vector<Met>> expand(const std::vector<Met>& level, int distance) {
    TRY(auto edges, walk_.edges_of(level, around_.verbs, answer_.cut));
    const auto degree = degrees(edges);
    std::unordered_map<Met, std::int64_t> ties;
    const auto is_on_level = [&](Met met) {
      const auto at = at_.find(met);
      return at != at_.end() && told_[at->second].node.distance == distance - 1;
    };
    for (const auto& each : edges) {
      for (const auto& [near, far] : {std::pair{each.from, each.to}, std::pair{each.to, each.from}}) {
        if (!is_known_.contains(far) && is_on_level(near)) ties[far] += weight(each) * kShare / degree.at(near);
      }
    }
    // Those to what is nearer still were found from there.
    std::erase_if(edges,
                  [&](const WalkEdge& each) { return is_nearer(each.from, distance) || is_nearer(each.to, distance); });
    std::ranges::move(edges, std::back_inserter(edges_));
    std::vector<Met> candidates;
    candidates.reserve(ties.size());
    for (const auto& [met, tie] : ties) candidates.push_back(met);
    std::ranges::sort(candidates, [&](Met a, Met b) {
      return std::tie(ties.at(b), walk_.id(a)) < std::tie(ties.at(a), walk_.id(b));
    });
    is_known_.insert(candidates.begin(), candidates.end());
    std::vector<Met> out;
    for (std::size_t at = 0; at < candidates.size() && !ended_;) {
      const auto wanted = static_cast<std::size_t>(around_.limit) + 1 - (told_.size() - before_);
      const auto lot =
          std::span{candidates}.subspan(at, std::min(candidates.size() - at, std::clamp(wanted, kLotMin, kLotMax)));
      at += lot.size();
      TRY(auto found, walk_.look(lot, around_.types));
      for (const auto met : lot) {
        const auto here = found.find(met);
        if (here == found.end()) continue;
        here->second.distance = distance;
        if (!tell(met, std::move(here->second), {.distance = distance, .tie = ties.at(met), .id = walk_.id(met)})) {
          ended_ = true;
          break;
        }
        out.push_back(met);
      }
    }
    return out;
  }
  bool is_nearer(Met met, int distance) const {
    const auto at = at_.find(met);
    return at != at_.end() && told_[at->second].node.distance < distance - 1;
  }

  /// What stands on this page, and what of pages before it hangs together with.
  void write() {
    struct Line {
      std::size_t from, to;
      WalkEdge* edge;
    };
    std::vector<Line> lines;
    std::vector<bool> wanted(before_, false);
    for (auto& each : edges_) {
      const auto from = at_.find(each.from), to = at_.find(each.to);
      if (from == at_.end() || to == at_.end() || std::max(from->second, to->second) < before_) continue;
      lines.push_back({from->second, to->second, &each});
      for (const auto end : {from->second, to->second}) {
        if (end < before_) wanted[end] = true;
      }
    }
    std::vector<std::size_t> place(told_.size());
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (i < before_ && !wanted[i]) continue;
      if (i < before_) ++answer_.page;
      place[i] = answer_.nodes.size();
      answer_.nodes.push_back(std::move(told_[i].node));
    }
    std::ranges::sort(lines, [](const Line& a, const Line& b) {
      return std::tie(a.from, a.to, a.edge->verb, a.edge->via) < std::tie(b.from, b.to, b.edge->verb, b.edge->via);
    });
    answer_.edges.reserve(lines.size());
    for (const auto& [from, to, edge] : lines) {
      ++answer_.nodes[place[from]].links;
      ++answer_.nodes[place[to]].links;
      answer_.edges.push_back({place[from], place[to], std::move(edge->verb), std::move(edge->via)});
    }
  }

  Walk& walk_;
  const Around& around_;
  std::optional<Place> after_;
  std::vector<Told> told_;
  std::size_t before_ = 0;  ///< So many of them are on pages before.
  std::unordered_map<Met, std::size_t> at_;
  std::unordered_set<Met> is_known_;
  std::vector<WalkEdge> edges_;
  bool ended_ = false;
  Neighbourhood answer_;
};

/// The object in the middle, or at an end. It may be of a type that stands in no graph: then it stands alone.
Result<Node> need_node(store::Connection& connection, const Viewer& viewer, Walk& walk, std::string_view stix_id,
                       Timestamp now) {
  TRY(const auto record, find_record(connection, viewer, stix_id, now));
  if (!record) return Error::not_found("threat");
  const Met met[] = {walk.meet(record->key)};
  TRY(auto found, walk.look(met, {}));
  if (!found.empty()) return std::move(found.begin()->second);
  const std::string id[] = {record->key};
  TRY(const auto rows, among(connection, viewer, id, now));
  if (rows.empty()) return Error::not_found("threat");
  return Node{.row = rows.front(), .time = {}};
}

/// Objects that were reached from one end of a path.
struct Side {
  std::vector<Met> front;
  std::unordered_map<Met, Met> back;  ///< From each of them towards the end; of the end to itself.
};

class PathFinder {
 public:
  PathFinder(Walk& walk, Node first, Node last) : walk_(walk) {
    for (auto* each : {&first, &last}) {
      const auto met = walk_.meet(each->row.id);
      auto& side = each == &first ? from_ : to_;
      side.front = {met};
      side.back = {{met, met}};
      is_known_.insert(met);
      nodes_.insert_or_assign(met, std::move(*each));
    }
  }

  Result<Path> find() {
    auto middle =
        from_.back.begin()->first == to_.back.begin()->first ? std::optional{from_.front.front()} : std::nullopt;
    for (int steps = 0; !middle && steps < kPathStepsMax && answer_.complete; ++steps) {
      auto& side = from_.front.size() <= to_.front.size() ? from_ : to_;
      if (side.front.empty()) break;
      TRY_VOID(expand(side));
      middle = meeting(side, &side == &from_ ? to_ : from_);
    }
    if (middle) write(*middle);
    answer_.looked_at = static_cast<std::int64_t>(nodes_.size());
    return std::move(answer_);
  }

 private:
  Status expand(Side& side) {
    bool cut = false;
    TRY(auto edges, walk_.edges_of(side.front, {}, cut));
    const auto degree = degrees(edges);
    struct Way {
      std::int64_t tie = 0;
      Met back = 0;
    };
    // A way through something that joins few says more than one through a hub.
    std::unordered_map<Met, Way> ways;
    const std::unordered_set<Met> front(side.front.begin(), side.front.end());
    for (const auto& each : edges) {
      for (const auto& [near, far] : {std::pair{each.from, each.to}, std::pair{each.to, each.from}}) {
        if (!front.contains(near) || side.back.contains(far)) continue;
        const Way way{weight(each) * kShare / degree.at(near), near};
        auto& best = ways.try_emplace(far, way).first->second;
        if (std::tie(best.tie, walk_.id(way.back)) < std::tie(way.tie, walk_.id(best.back))) best = way;
      }
    }
    std::ranges::move(edges, std::back_inserter(edges_));
    std::vector<Met> unknown;
    for (const auto& [met, way] : ways) {
      if (is_known_.insert(met).second) unknown.push_back(met);
    }
    std::ranges::sort(unknown, {}, [&](Met met) -> const std::string& { return walk_.id(met); });
    for (std::size_t at = 0; at < unknown.size(); at += kLotMax) {
      const auto lot = std::span{unknown}.subspan(at, std::min(kLotMax, unknown.size() - at));
      TRY(auto found, walk_.look(lot, {}));
      nodes_.merge(found);
      if (static_cast<std::int64_t>(nodes_.size()) >= kPathObjectsMax && at + kLotMax < unknown.size()) {
        cut = true;
        break;
      }
    }
    side.front.clear();
    for (const auto& [met, way] : ways) {
      if (!nodes_.contains(met)) continue;
      side.front.push_back(met);
      side.back.emplace(met, way.back);
    }
    if (cut) answer_.complete = false;
    return ok();
  }

  /// Each of them lies on a way of the same length: those met before would have ended the search.
  std::optional<Met> meeting(const Side& side, const Side& other) const {
    std::optional<Met> best;
    for (const auto met : side.front) {
      if (other.back.contains(met) && (!best || walk_.id(met) < walk_.id(*best))) best = met;
    }
    return best;
  }

  void write(Met middle) {
    std::vector<Met> way;
    for (auto at = middle;; at = from_.back.at(at)) {
      way.push_back(at);
      if (from_.back.at(at) == at) break;
    }
    std::ranges::reverse(way);
    for (auto at = middle; to_.back.at(at) != at;) {
      at = to_.back.at(at);
      way.push_back(at);
    }
    std::unordered_map<Met, std::size_t> place;
    for (std::size_t i = 0; i < way.size(); ++i) {
      place.emplace(way[i], i);
      auto node = nodes_.at(way[i]);
      node.distance = static_cast<int>(i);
      answer_.nodes.push_back(std::move(node));
    }
    for (auto& each : edges_) {
      const auto from = place.find(each.from), to = place.find(each.to);
      if (from == place.end() || to == place.end()) continue;
      if (std::max(from->second, to->second) - std::min(from->second, to->second) != 1) continue;
      answer_.edges.push_back({from->second, to->second, std::move(each.verb), std::move(each.via)});
    }
    const auto key = [](const GraphEdge& edge) {
      return std::tuple<std::size_t, std::size_t, std::string_view, std::string_view>{std::min(edge.from, edge.to),
                                                                                      edge.from, edge.verb, edge.via};
    };
    std::ranges::sort(answer_.edges, {}, key);
    const auto repeated = std::ranges::unique(answer_.edges, {}, key);
    answer_.edges.erase(repeated.begin(), repeated.end());
    for (const auto& each : answer_.edges) {
      ++answer_.nodes[each.from].links;
      ++answer_.nodes[each.to].links;
    }
  }

  Walk& walk_;
  Side from_, to_;
  std::map<Met, Node> nodes_;
  std::unordered_set<Met> is_known_;
  std::vector<WalkEdge> edges_;
  Path answer_;
};

}  // namespace

std::string_view to_string(NodeTime::Kind kind) noexcept {
  switch (kind) {
    case NodeTime::Kind::seen:
      return "seen";
    case NodeTime::Kind::published:
      return "published";
    case NodeTime::Kind::valid:
      return "valid";
    case NodeTime::Kind::created:
      return "created";
    case NodeTime::Kind::none:
      break;
  }
  return "none";
}

Result<Neighbourhood> neighbourhood(store::Connection& connection, const Viewer& viewer, std::string_view stix_id,
                                    const Around& around, Timestamp now) {
  if (around.depth < 1 || around.depth > kGraphDepthMax) {
    return Error::invalid(tr<"depth takes 1 to {}">(kGraphDepthMax), "depth");
  }
  if (around.limit < 1 || around.limit > kGraphNodesMax) {
    return Error::invalid(tr<"limit takes 1 to {}">(kGraphNodesMax), "limit");
  }
  std::optional<Place> after;
  if (!around.cursor.empty()) {
    TRY(after, parse_cursor(around.cursor));
  }
  Walk walk{connection, viewer, now};
  TRY(auto middle, need_node(connection, viewer, walk, stix_id, now));
  return Explorer{walk, around, std::move(after)}.explore(std::move(middle));
}

Result<Path> path(store::Connection& connection, const Viewer& viewer, std::string_view from, std::string_view to,
                  Timestamp now) {
  Walk walk{connection, viewer, now};
  TRY(auto first, need_node(connection, viewer, walk, from, now));
  TRY(auto last, need_node(connection, viewer, walk, to, now));
  return PathFinder{walk, std::move(first), std::move(last)}.find();
}

}  // namespace tocsin::engine::threat
