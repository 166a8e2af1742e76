// What one object says of another: versions, markings, extensions, UUIDs.
#include <algorithm>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "formats/stix/check.hpp"

namespace tocsin::formats::stix {

std::size_t Across::Numbers::slot_of(std::string_view text, std::uint64_t hash) const noexcept {
  auto at = hash % slots_.size();
  while (slots_[at].number != 0 && (slots_[at].hash != hash || slots_[at].text != text)) at = (at + 1) % slots_.size();
  return at;
}

std::pair<std::size_t, bool> Across::Numbers::add(std::string_view text) {
  if (count_ * 2 >= slots_.size()) {
    constexpr std::size_t kFirst = 64;
    const auto before = std::exchange(slots_, std::vector<Slot>(std::max(kFirst, slots_.size() * 4)));
    for (const auto& each : before) {
      if (each.number != 0) slots_[slot_of(each.text, each.hash)] = each;
    }
  }
  const auto hash = KeyedHash{}(text);
  auto& slot = slots_[slot_of(text, hash)];
  if (slot.number != 0) return {slot.number - 1, false};
  slot = {hash, text, ++count_};
  return {count_ - 1, true};
}

std::optional<std::size_t> Across::Numbers::find(std::string_view text) const noexcept {
  if (slots_.empty()) return std::nullopt;
  const auto& slot = slots_[slot_of(text, KeyedHash{}(text))];
  if (slot.number == 0) return std::nullopt;
  return slot.number - 1;
}

std::string_view Across::kept(std::string_view text) {
  if (text.empty()) return {};
  auto* const copy = static_cast<char*>(texts_.allocate(text.size(), 1));
  text.copy(copy, text.size());
  return {copy, text.size()};
}

void Across::uses_extension(std::string_view id, const std::string& pointer) {
  if (report_.raw().form == Form::object || extension_ids_.find(id)) return;
  extensions_.emplace_back(kept(id), pointer);
  extension_ids_.add(extensions_.back().first);
}

void Across::same_version(Node root, std::string_view id, std::string_view first_bytes) {
  if (first_bytes == report_.raw().bytes) return;
  // Blanks and the order of members make no other object.
  TapeReader reader;
  const auto other = reader.read(first_bytes, {.bytes_max = first_bytes.size() + 1, .depth_max = 200});
  if (!other) return;
  std::string mine, others;
  append_jcs(mine, root);
  append_jcs(others, *other);
  if (mine == others) return;
  report_.say(Test::versions, root, fmt::format("Two objects '{}' have the same modified, but differ.", id),
              "A change needs a later modified.");
}

void Across::version(std::size_t at, Node root, const Version& version) {
  auto& seen = seen_[at];
  if (!seen.first) {
    seen.first = version;
    return;
  }
  const auto key = key_of(at, version), first = key_of(at, *seen.first);
  if (!(key < first) && !(first < key)) return same_version(root, seen.id, seen.first->bytes);
  const auto [same, is_new] = later_.try_emplace(key, version);
  if (!is_new) same_version(root, seen.id, same->second.bytes);
}

void Across::object(Node root, Type type, const Heads& heads, bool is_2_0) {
  const auto id = heads.id.text();
  if (id.empty()) return;
  const auto known = ids_.find(id);
  const auto at = known ? *known : seen_.size();
  const bool has_versions = type != Type::marking_definition && !is_in(kScos, type);
  if (!known) {
    auto& seen = seen_.emplace_back();
    seen.id = kept(id);
    seen.raw = report_.raw();
    seen.is_2_0 = is_2_0;
    seen.created = kept(heads.created.text());
    seen.created_at = heads.created_at;
    const auto creator = heads.created_by_ref.text();
    const auto last = at == 0 ? std::string_view{} : seen_[at - 1].creator;
    seen.creator = creator == last ? last : kept(creator);
    ids_.add(seen.id);
  } else if (has_versions) {
    const auto& seen = seen_[at];
    const bool same_creation = heads.created_at && seen.created_at ? *heads.created_at == *seen.created_at
                                                                   : heads.created.text() == seen.created;
    if (!same_creation || heads.created_by_ref.text() != seen.creator) {
      report_.say(Test::versions, root,
                  fmt::format("Another version of '{}' has another creator or time of creation.", id),
                  "Versions of one object keep created and created_by_ref; another object needs another id.");
    }
  }
  if (heads.modified.is_string() && has_versions) {
    const Version mine{kept(heads.modified.text()), heads.modified_at, report_.raw().bytes};
    version(at, root, mine);
    auto& revoking = seen_[at].revoking;
    if (heads.revoked.is_true() && mine.time && (!revoking || *revoking->time < *mine.time)) revoking = mine;
  }
  if (type == Type::marking_definition) {
    const auto [number, is_first] = marking_ids_.add(seen_[at].id);
    if (is_first) markings_.push_back({at, {}});
    auto& marked_by = markings_[number].marked_by;
    for (const auto each : heads.object_marking_refs.elements()) marked_by.push_back(kept(each.text()));
    for (const auto each : heads.granular_markings.elements()) marked_by.push_back(kept(each.text_at("marking_ref")));
  }
}

void Across::revoked(std::size_t at) {
  const auto& seen = seen_[at];
  if (!seen.revoking) return;
  const auto& revoking = *seen.revoking;
  const auto* after = seen.first->time && *revoking.time < *seen.first->time ? &*seen.first : nullptr;
  if (after == nullptr) {
    const auto found = later_.upper_bound(key_of(at, revoking));
    if (found != later_.end() && found->first.seen == at) after = &found->second;
  }
  if (after == nullptr) return;
  report_.say_at(Test::revoked, seen.raw.pointer(),
                 fmt::format("'{}' was revoked at {} and has a version of {}.", seen.id, revoking.text, after->text),
                 "What was revoked stays so: make a new object.");
}

void Across::finish() {
  Numbers uuids;
  std::vector<std::size_t> first_of;  // By their number in `uuids`.
  for (std::size_t at = 0; at < seen_.size(); ++at) {
    revoked(at);
    const auto& seen = seen_[at];
    if (seen.is_2_0) continue;  // Does not forbid it.
    const auto parts = parse_id(seen.id);
    if (!parts) continue;
    const auto [number, is_new] = uuids.add(parts->uuid);
    if (is_new) {
      first_of.push_back(at);
    } else if (const auto first = seen_[first_of[number]].id; type_of_id(first) != parts->type) {
      report_.say_at(Test::id_reused, seen.raw.pointer(),
                     fmt::format("'{}' and '{}' have the same UUID.", first, seen.id),
                     "Give each object a UUID of its own.");
    }
  }
  // Small graphs: markings are few. Bounded by visiting each once.
  for (const auto& marking : markings_) {
    const auto& id = seen_[marking.seen].id;
    auto todo = marking.marked_by;
    std::vector<std::string_view> done;
    while (!todo.empty()) {
      const auto next = todo.back();
      todo.pop_back();
      if (next == id) {
        report_.say_at(Test::markings_loop, seen_[marking.seen].raw.pointer(),
                       fmt::format("'{}' is marked by itself.", id), "Take the reference out that leads back.");
        break;
      }
      if (std::ranges::find(done, next) != done.end() || done.size() > 1000) continue;
      done.push_back(next);
      if (const auto found = marking_ids_.find(next)) {
        const auto& further = markings_[*found].marked_by;
        todo.insert(todo.end(), further.begin(), further.end());
      }
    }
  }
  for (const auto& [id, pointer] : extensions_) {
    if (id == kTlp2Extension || ids_.find(id)) continue;
    report_.say_at(Test::extension_unknown, pointer,
                   fmt::format("The definition '{}' is not among the objects; said once for all of them.", id),
                   "Send the extension-definition along.");
  }
}

}  // namespace tocsin::formats::stix
