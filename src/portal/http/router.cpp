#include "portal/http/router.hpp"

#include "base/check.hpp"
#include "base/text.hpp"

namespace tocsin::portal::http {

/// A tree by segment; what ends here is kept per method.
struct Router::Node {
  struct End {
    const Route* route;
    std::vector<std::string> parameters;  // names, in the order of the path
  };
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> suffixed;  // "{x}.atom", longest suffix first
  std::unique_ptr<Node> parameter;
  std::vector<End> ends;       // the path ends at this node
  std::vector<End> rest_ends;  // "{rest...}" begins at this node

  static std::unique_ptr<Node>& need(std::unique_ptr<Node>& node) {
    if (!node) node = std::make_unique<Node>();
    return node;
  }
  Node& child_with_suffix(std::string_view suffix) {
    const auto found =
        std::find_if(suffixed.begin(), suffixed.end(), [suffix](const auto& each) { return each.first == suffix; });
    if (found != suffixed.end()) return *found->second;
    auto at = suffixed.begin();
    while (at != suffixed.end() && at->first.size() >= suffix.size()) ++at;
    return *suffixed.emplace(at, std::string{suffix}, std::make_unique<Node>())->second;
  }
};

namespace {

bool serves(Method route, Method asked) noexcept {
  return route == asked || (route == Method::get && asked == Method::head);
}

void allow(std::vector<Method>* allowed, Method method) {
  if (allowed == nullptr) return;
  const auto add = [allowed](Method each) {
    if (std::find(allowed->begin(), allowed->end(), each) == allowed->end()) allowed->push_back(each);
  };
  add(method);
  if (method == Method::get) add(Method::head);
}

}  // namespace

void Router::add(Route route) {
  TOCSIN_CHECK(route.pattern.starts_with('/'));
  TOCSIN_CHECK(static_cast<bool>(route.handler));
  if (!root_) root_ = std::make_shared<Node>();
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  const Route& stored = *routes_.back();

  Node* node = root_.get();
  std::vector<std::string> names;
  auto* ends = &node->ends;
  for (const auto segment : text::split(std::string_view{stored.pattern}.substr(1), '/')) {
    TOCSIN_CHECK(ends == &node->ends);  // "{rest...}" is the last segment
    if (segment.empty() || segment.front() != '{') {
      node = Node::need(node->literals[std::string{segment}]).get();
    } else {
      const auto close = segment.find('}');
      TOCSIN_CHECK(close != std::string_view::npos && close > 1);
      auto name = segment.substr(1, close - 1);
      const auto suffix = segment.substr(close + 1);
      if (name.ends_with("...")) {
        TOCSIN_CHECK(suffix.empty());
        name.remove_suffix(3);
        ends = &node->rest_ends;
      } else if (suffix.empty()) {
        node = Node::need(node->parameter).get();
      } else {
        node = &node->child_with_suffix(suffix);
      }
      names.emplace_back(name);
    }
    if (ends != &node->rest_ends) ends = &node->ends;
  }
  for (const auto& end : *ends) TOCSIN_CHECK(end.route->method != stored.method);
  ends->push_back({&stored, std::move(names)});
}

namespace {

/// Looks for the most literal match; goes back where a literal branch ends nowhere.
template <class Node>
struct Search {
  Method method;
  std::string_view path;
  std::vector<Method>* allowed;
  std::vector<std::string_view> values;  // of the parameters so far
  Match match;

  bool take(const std::vector<typename Node::End>& ends) {
    for (const auto& end : ends) {
      allow(allowed, end.route->method);
      if (!serves(end.route->method, method)) continue;
      // An explicit HEAD route is preferred to GET's.
      if (match.route != nullptr && end.route->method != method) continue;
      match.route = end.route;
      match.parameters.clear();
      for (std::size_t i = 0; i < end.parameters.size(); ++i) match.parameters[end.parameters[i]] = values[i];
    }
    return match.route != nullptr;
  }

  /// `at` is the offset of the next segment, or past the end.
  bool walk(const Node& node, std::size_t at) {
    if (at > path.size()) return take(node.ends);
    const auto end = std::min(path.find('/', at), path.size());
    const auto segment = path.substr(at, end - at);
    if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
      if (walk(*literal->second, end + 1)) return true;
    }
    if (!segment.empty()) {
      for (const auto& [suffix, child] : node.suffixed) {
        if (segment.size() <= suffix.size() || !segment.ends_with(suffix)) continue;
        if (walk_with(*child, segment.substr(0, segment.size() - suffix.size()), end + 1)) return true;
      }
      if (node.parameter && walk_with(*node.parameter, segment, end + 1)) return true;
    }
    if (!node.rest_ends.empty() && at < path.size()) {
      values.push_back(path.substr(at));
      if (take(node.rest_ends)) return true;
      values.pop_back();
    }
    return false;
  }

  bool walk_with(const Node& child, std::string_view value, std::size_t at) {
    values.push_back(value);
    if (walk(child, at)) return true;
    values.pop_back();
    return false;
  }
};

}  // namespace

Match Router::match(Method method, std::string_view path, std::vector<Method>* allowed) const {
  if (!root_ || path.empty() || path.front() != '/') return {};
  Search<Node> search{method, path, allowed, {}, {}};
  search.walk(*root_, 1);
  return std::move(search.match);
}

}  // namespace tocsin::portal::http
