#include "domain/person.hpp"

#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::domain {
namespace {

constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321 section 4.5.3.1.3, without the angle brackets.
constexpr std::array<std::string_view, 4> kStatusNames{"invited", "active", "suspended", "erased"};

bool printable(std::string_view part) noexcept {
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '<' || c == '>' || c == ',' || c == ';' || c == '"' || c == '\\') {
      return false;
    }
  }
  return !part.empty();
}

}  // namespace

std::string_view to_string(PersonStatus status) noexcept { return kStatusNames[static_cast<std::size_t>(status)]; }
std::optional<PersonStatus> parse_person_status(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    if (kStatusNames[i] == text) return static_cast<PersonStatus>(i);
  }
  return std::nullopt;
}

Result<std::string> folded_email(std::string_view email) {
  const auto trimmed = text::trim(email);
  if (trimmed.size() > kEmailBytesMax) {
    return Error::invalid(tr<"a mail address has at most {} bytes">(kEmailBytesMax));
  }
  const auto at = trimmed.find('@');
  const auto local = trimmed.substr(0, at);
  const auto domain = at == std::string_view::npos ? std::string_view{} : trimmed.substr(at + 1);
  const bool has_dot = domain.find('.') != std::string_view::npos && domain.front() != '.' && domain.back() != '.';
  if (!printable(local) || !printable(domain) || domain.find('@') != std::string_view::npos ||
      !(has_dot || domain == "localhost") || text::invalid_utf8_at(trimmed) != std::string_view::npos) {
    return Error::invalid(tr<"'{}' is no mail address; it looks like name@example.org">(text::shorten(trimmed, 80)));
  }
  return text::lower_ascii(trimmed);
}

Status may_hold(Roles roles, const Organisation& organisation) {
  using enum Role;
  for (const auto role : {analyst, coordinator, auditor, administrator}) {
    if (roles.has(role) && organisation.id != kOwnOrganisation) {
      return Error::invalid(tr<"the role '{}' is given in the CERT's own organisation only">(slug(role)));
    }
  }
  if (roles.has(vendor_coordinator) && organisation.kind != OrganisationKind::vendor) {
    return Error::invalid(
        std::string{tr<"the role 'vendor-coordinator' is given in organisations of kind 'vendor' only">()});
  }
  return ok();
}

}  // namespace tocsin::domain
