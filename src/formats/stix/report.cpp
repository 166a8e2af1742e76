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

void Across::uses_extension(std::string_view id, const std::string& pointer) {
  if (report_.raw().form == Form::object) return;
  if (extensions_.try_emplace(std::string{id}, pointer).second) extension_order_.emplace_back(id);
}

void Across::same_version(Node root, std::string_view id, const Version& first, std::string_view bytes) {
  if (first.bytes == bytes) return;
  // Blanks and the order of members make no other object.
  TapeReader reader;
  const auto other = reader.read(first.bytes, {.bytes_max = first.bytes.size() + 1, .depth_max = 200});
  if (!other) return;
  std::string mine, others;
  append_jcs(mine, root);
  append_jcs(others, *other);
  if (mine == others) return;
  report_.say(Test::versions, root, fmt::format("Two objects '{}' have the same modified, but differ.", id),
              "A change needs a later modified.");
}

void Across::object(Node root, Type type, std::string_view id, Node created, Node modified, bool revoked, bool is_2_0) {
  if (id.empty()) return;
  const auto [at, is_new] = seen_.try_emplace(std::string{id});
  auto& seen = at->second;
  const auto bytes = report_.raw().bytes;
  const auto created_at = parse_time(created.text()), modified_at = parse_time(modified.text());
  if (is_new) {
    in_order_.push_back(&*at);
    seen.created = created.text();
    seen.created_at = created_at;
    seen.creator = root.text_at("created_by_ref");
    seen.pointer = report_.raw().pointer();
    seen.is_2_0 = is_2_0;
  } else if (type != Type::marking_definition && !is_in(kScos, type)) {
    const bool same_creation =
        created_at && seen.created_at ? *created_at == *seen.created_at : created.text() == seen.created;
    if (!same_creation || root.text_at("created_by_ref") != seen.creator) {
      report_.say(Test::versions, root,
                  fmt::format("Another version of '{}' has another creator or time of creation.", id),
                  "Versions of one object keep created and created_by_ref; another object needs another id.");
    }
    for (const auto& each : seen.versions) {
      if (each.time && modified_at ? *each.time == *modified_at : each.text == modified.text()) {
        same_version(root, id, each, bytes);
        break;
      }
    }
  }
  if (modified.is_string() && type != Type::marking_definition && !is_in(kScos, type)) {
    seen.versions.push_back({std::string{modified.text()}, modified_at, bytes});
    if (revoked && modified_at && (!seen.revoking || *seen.versions[*seen.revoking].time < *modified_at)) {
      seen.revoking = seen.versions.size() - 1;
    }
  }
  if (type == Type::marking_definition) {
    const auto [marking, is_first] = marked_.try_emplace(std::string{id});
    if (is_first) marking_order_.emplace_back(id);
    auto& marks = marking->second;
    for (const auto each : root["object_marking_refs"].elements()) marks.emplace_back(each.text());
    for (const auto each : root["granular_markings"].elements()) marks.emplace_back(each.text_at("marking_ref"));
  }
}

void Across::finish() {
  std::unordered_map<std::string_view, const std::pair<const std::string, Seen>*> uuids;
  for (const auto* const each : in_order_) {
    const auto& [id, seen] = *each;
    if (seen.revoking) {
      const auto& revoking = seen.versions[*seen.revoking];
      const auto later = std::ranges::find_if(
          seen.versions, [&](const Version& version) { return version.time && *revoking.time < *version.time; });
      if (later != seen.versions.end()) {
        report_.say_at(Test::revoked, seen.pointer,
                       fmt::format("'{}' was revoked at {} and has a version of {}.", id, revoking.text, later->text),
                       "What was revoked stays so: make a new object.");
      }
    }
    const auto parts = parse_id(id);
    if (!parts) continue;
    if (seen.is_2_0) continue;  // Does not forbid it.
    const auto [at, is_new] = uuids.try_emplace(parts->uuid, each);
    const auto& first = at->second->first;
    if (!is_new && type_of_id(first) != parts->type) {
      report_.say_at(Test::id_reused, seen.pointer, fmt::format("'{}' and '{}' have the same UUID.", first, id),
                     "Give each object a UUID of its own.");
    }
  }
  // Small graphs: markings are few. Bounded by visiting each once.
  for (const auto& id : marking_order_) {
    const auto& marks = marked_.find(id)->second;
    std::vector<std::string_view> todo{marks.begin(), marks.end()}, done;
    while (!todo.empty()) {
      const auto next = todo.back();
      todo.pop_back();
      if (next == id) {
        report_.say_at(Test::markings_loop, seen_.find(id)->second.pointer,
                       fmt::format("'{}' is marked by itself.", id), "Take the reference out that leads back.");
        break;
      }
      if (std::ranges::find(done, next) != done.end() || done.size() > 1000) continue;
      done.push_back(next);
      if (const auto found = marked_.find(next); found != marked_.end()) {
        todo.insert(todo.end(), found->second.begin(), found->second.end());
      }
    }
  }
  for (const auto& id : extension_order_) {
    if (id == kTlp2Extension || seen_.contains(id)) continue;
    report_.say_at(Test::extension_unknown, extensions_.find(id)->second,
                   fmt::format("The definition '{}' is not among the objects; said once for all of them.", id),
                   "Send the extension-definition along.");
  }
}

}  // namespace tocsin::formats::stix
