#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "engine/members/members.hpp"
#include "engine/members/writing.hpp"

namespace tocsin::engine::members {
namespace {

constexpr std::size_t kDigits = 32;

/// Each with its length, so that nothing can move from one field into the next.
class Fields {
 public:
  Fields& add(std::string_view value) {
    text_ += fmt::format("{}:{}\n", value.size(), value);
    return *this;
  }
  Fields& add(std::int64_t value) { return add(std::string_view{std::to_string(value)}); }
  Fields& add(const std::vector<std::string>& values) {
    add(static_cast<std::int64_t>(values.size()));
    for (const auto& each : values) add(std::string_view{each});
    return *this;
  }
  std::string digest() const { return sha256_hex(text_).substr(0, kDigits); }

 private:
  std::string text_;
};

}  // namespace

std::string version_of(const domain::Organisation& organisation) {
  Fields fields;
  fields.add(organisation.id.value)
      .add(static_cast<std::int64_t>(organisation.kind))
      .add(static_cast<std::int64_t>(organisation.status))
      .add(std::string_view{organisation.name})
      .add(std::string_view{organisation.homepage})
      .add(std::string_view{organisation.description})
      .add(organisation.countries)
      .add(organisation.vendor_keys);
  for (const auto sector : organisation.sectors) fields.add(static_cast<std::int64_t>(sector));
  return fields.digest();
}

std::string version_of(const domain::Person& person) {
  return Fields{}
      .add(person.id.value)
      .add(static_cast<std::int64_t>(person.status))
      .add(std::string_view{person.name})
      .add(std::string_view{person.email})
      .add(std::string_view{person.language})
      .add(std::string_view{person.time_zone})
      .digest();
}

std::string version_of(const domain::Community& community) {
  return Fields{}
      .add(community.id.value)
      .add(std::string_view{community.name})
      .add(std::string_view{community.description})
      .add(std::int64_t{community.members_hidden})
      .add(std::int64_t{community.closed})
      .digest();
}

Status check_version(std::string_view now, std::string_view expected) {
  if (expected.empty() || expected == now) return ok();
  return Error::conflict(std::string{tr<"Somebody else has changed it meanwhile: look at it again, then change it">()},
                         "version");
}

}  // namespace tocsin::engine::members
