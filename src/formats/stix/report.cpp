#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/stix/check.hpp"

namespace tocsin::formats::stix {

void Report::add(Test test, std::string path, std::string message, std::string mend) {
  const auto& info = tests()[static_cast<std::size_t>(test)];
  out_.push_back({.test = std::string{info.id},
                  .group = info.group,
                  .path = std::move(path),
                  .message = std::move(message),
                  .mend = std::move(mend)});
}

void Report::say(Test test, Node node, std::string message, std::string mend) {
  if (wants(test)) add(test, raw_.pointer() + node.pointer_from(root_), std::move(message), std::move(mend));
}

void Report::say_in(Test test, Node object, std::string_view name, std::string message, std::string mend) {
  if (!wants(test)) return;
  auto path = raw_.pointer() + object.pointer_from(root_);
  json::append_token(path, text::shorten(name, 300));
  add(test, std::move(path), std::move(message), std::move(mend));
}

void Report::say_at(Test test, std::string path, std::string message, std::string mend) {
  if (wants(test)) add(test, std::move(path), std::move(message), std::move(mend));
}

void Report::finish() {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > kFindingsPerTestMax) {
      add(static_cast<Test>(i), {},
          fmt::format("The same was found {} more times.",
                      text::thousands(static_cast<long long>(counts_[i] - kFindingsPerTestMax))),
          {});
    }
  }
}

void Across::object(Node root, Type type, std::string_view id, Node created, Node modified, bool revoked) {
  if (id.empty()) return;
  const auto [at, is_new] = seen_.try_emplace(std::string{id});
  auto& seen = at->second;
  const auto bytes_hash = std::hash<std::string_view>{}(report_.raw().bytes);
  if (is_new) {
    seen.created = created.text();
    seen.creator = root.text_at("created_by_ref");
    seen.modified = seen.latest = modified.text();
    seen.bytes_hash = bytes_hash;
    if (revoked) seen.revoked_at = modified.text();
  } else if (type != Type::marking_definition && !is_in(kScos, type)) {
    if (created.text() != seen.created || root.text_at("created_by_ref") != seen.creator) {
      report_.say(Test::versions, root,
                  fmt::format("Another version of '{}' has another creator or time of creation.", id),
                  "Versions of one object keep created and created_by_ref; another object needs another id.");
    }
    if (modified.text() == seen.modified && bytes_hash != seen.bytes_hash) {
      report_.say(Test::versions, root, fmt::format("Two objects '{}' have the same modified, but other bytes.", id),
                  "A change needs a later modified.");
    }
    if (modified.text() > seen.latest) seen.latest = modified.text();
    if (revoked && modified.text() > seen.revoked_at) seen.revoked_at = modified.text();
  }
  if (seen.pointer.empty()) seen.pointer = report_.raw().pointer();
  if (type == Type::marking_definition) {
    auto& marks = marked_[std::string{id}];
    for (const auto each : root["object_marking_refs"].elements()) marks.emplace_back(each.text());
    for (const auto each : root["granular_markings"].elements()) marks.emplace_back(each.text_at("marking_ref"));
    marking_pointers_[std::string{id}] = report_.raw().pointer();
  }
}

void Across::finish() {
  std::unordered_map<std::string_view, std::string_view> uuids;
  for (const auto& [id, seen] : seen_) {
    if (!seen.revoked_at.empty() && seen.latest > seen.revoked_at) {
      report_.say_at(Test::revoked, seen.pointer,
                     fmt::format("'{}' was revoked at {} and has a version of {}.", id, seen.revoked_at, seen.latest),
                     "What was revoked stays so: make a new object.");
    }
    const auto parts = parse_id(id);
    if (!parts) continue;
    const auto [at, is_new] = uuids.try_emplace(parts->uuid, id);
    if (!is_new && type_of_id(at->second) != parts->type) {
      report_.say_at(Test::id_reused, seen.pointer,
                     fmt::format("'{}' and '{}' have the same UUID.", std::min<std::string_view>(id, at->second),
                                 std::max<std::string_view>(id, at->second)),
                     "Give each object a UUID of its own.");
    }
  }
  // Small graphs: markings are few. Bounded by visiting each once.
  for (const auto& [id, marks] : marked_) {
    std::vector<std::string_view> todo{marks.begin(), marks.end()}, done;
    while (!todo.empty()) {
      const auto next = todo.back();
      todo.pop_back();
      if (next == id) {
        report_.say_at(Test::markings_loop, marking_pointers_[id], fmt::format("'{}' is marked by itself.", id),
                       "Take the reference out that leads back.");
        break;
      }
      if (std::ranges::find(done, next) != done.end() || done.size() > 1000) continue;
      done.push_back(next);
      if (const auto found = marked_.find(next); found != marked_.end()) {
        todo.insert(todo.end(), found->second.begin(), found->second.end());
      }
    }
  }
}

}  // namespace tocsin::formats::stix
