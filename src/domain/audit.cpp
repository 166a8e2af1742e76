#include "domain/audit.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.hpp"

namespace tocsin::domain::audit {
namespace {

/// Fields one after the other, each with its length before it: no two lists of fields give the same text.
class Fields {
 public:
  void add(std::string_view field) { fmt::format_to(std::back_inserter(text_), "{}:{};", field.size(), field); }
  void add(std::int64_t number) { add(std::string_view{fmt::format("{}", number)}); }
  /// Absent is not the same as empty or 0.
  template <class Id>
  void add(const std::optional<Id>& id) {
    if (id) {
      add(id->value);
    } else {
      text_ += "-;";
    }
  }
  std::string hash() const { return sha256_hex(text_); }

 private:
  std::string text_;
};

constexpr std::array<std::string_view, 3> kOutcomes{"done", "refused", "failed"};

}  // namespace

std::string_view to_string(Outcome outcome) noexcept {
  const auto index = static_cast<std::size_t>(outcome);
  return index < kOutcomes.size() ? kOutcomes[index] : "unknown";
}

std::optional<Outcome> parse_outcome(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kOutcomes, text);
  if (found == kOutcomes.end()) return std::nullopt;
  return static_cast<Outcome>(found - kOutcomes.begin());
}

std::string personal_hash(std::string_view salt, const Personal& personal) {
  Fields fields;
  fields.add(salt);
  fields.add(personal.address);
  fields.add(personal.agent);
  fields.add(personal.detail);
  return fields.hash();
}

std::string chain_hash(std::string_view previous_hash, const Entry& entry, std::string_view personal_hash) {
  Fields fields;
  fields.add(previous_hash);
  fields.add(entry.sequence);
  fields.add(entry.at.micros);
  fields.add(entry.person);
  fields.add(entry.organisation);
  fields.add(entry.action);
  fields.add(entry.object);
  fields.add(entry.owner);
  fields.add(static_cast<std::int64_t>(entry.outcome));
  fields.add(entry.request_id);
  fields.add(personal_hash);
  return fields.hash();
}

}  // namespace tocsin::domain::audit
