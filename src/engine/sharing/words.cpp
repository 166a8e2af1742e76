#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/person.hpp"
#include "engine/sharing/sharing.hpp"
#include "store/people.hpp"

/// Markings as people and programs write them.
namespace tocsin::engine::sharing {
namespace {

using domain::Audience;
using domain::Grantee;

constexpr std::size_t kAddresseeBytesMax = 300;

Error bad(std::string message) { return Error::invalid(std::move(message), "listed"); }

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

Result<Grantee> person_of(store::Connection& connection, const domain::Record& record, std::string_view text) {
  if (const auto number = number_of(text)) {
    const Grantee grantee{Grantee::Kind::person, *number};
    if (std::ranges::binary_search(record.listed, grantee)) return grantee;
    return bad(std::string{tr<"people are added by their mail address">()});
  }
  const auto folded = domain::folded_email(text);
  if (!folded) return bad(folded.error().message);
  TRY(const auto found, store::People{connection}.find_by_email(*folded));
  if (!found || found->status == domain::PersonStatus::suspended || found->status == domain::PersonStatus::erased) {
    return bad(tr<"nobody here has the address {}">(text));
  }
  return Grantee{Grantee::Kind::person, found->id.value};
}

}  // namespace

std::optional<Audience> parse_audience(std::string_view text) noexcept {
  for (const auto each : {Audience::everyone, Audience::members, Audience::owner_only, Audience::listed}) {
    if (text == domain::to_string(each)) return each;
  }
  if (text == "owner-only") return Audience::owner_only;
  return std::nullopt;
}

Result<Grantee> addressee_of(store::Connection& connection, const domain::Record& record, std::string_view text) {
  if (text.size() > kAddresseeBytesMax) return Error::too_large("addressee", kAddresseeBytesMax, "listed");
  const auto colon = text.find(':');
  const auto kind = text.substr(0, colon);
  const auto rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (kind == domain::to_string(Grantee::Kind::person)) return person_of(connection, record, rest);
  for (const auto each : {Grantee::Kind::organisation, Grantee::Kind::community}) {
    if (kind != domain::to_string(each)) continue;
    if (const auto number = number_of(rest)) return Grantee{each, *number};
  }
  return bad(tr<"'{}': an addressee is written as organisation:3, community:2 or person:ada@example.com">(
      text::shorten(text, 80)));
}

std::string write_addressee(const Grantee& grantee) {
  return fmt::format("{}:{}", domain::to_string(grantee.kind), grantee.id);
}

}  // namespace tocsin::engine::sharing
