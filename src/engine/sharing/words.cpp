#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/case.hpp"
#include "domain/person.hpp"
#include "engine/cases/cases.hpp"
#include "engine/members/addressed.hpp"
#include "engine/sharing/sharing.hpp"
#include "store/cases.hpp"
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

Status add_person(store::Connection& connection, const Actor& actor, const domain::Record& record,
                  std::string_view text, Marking& marking) {
  const bool accounts = naming_for(actor) == Naming::accounts;
  if (const auto number = number_of(text)) {
    const Grantee grantee{Grantee::Kind::person, *number};
    if (!accounts || !std::ranges::binary_search(record.listed, grantee)) {
      return bad(std::string{tr<"people are added by their mail address">()});
    }
    marking.listed.push_back(grantee);
    return ok();
  }
  TRY(auto address, members::read_address(text, "listed"));
  if (!accounts) {
    marking.addresses.push_back(std::move(address));
    return ok();
  }
  TRY(const auto found, store::People{connection}.find_by_email(address));
  if (!found || found->status == domain::PersonStatus::suspended || found->status == domain::PersonStatus::erased) {
    return bad(tr<"nobody here has the address {}">(text));
  }
  marking.listed.push_back({Grantee::Kind::person, found->id.value});
  return ok();
}

/// Of a case that the actor knows, or that the record names.
Status add_case(store::Connection& connection, const Actor& actor, const domain::Record& record, std::string_view text,
                Marking& marking) {
  if (const auto number = domain::parse_case_number(text)) {
    TRY(const auto found, store::Cases{connection}.find(*number));
    const Grantee grantee{Grantee::Kind::case_file, found ? found->id.value : 0};
    TRY(const auto knows, cases::knows_case(connection, actor, domain::CaseId{grantee.id}));
    const bool known = found && (knows || std::ranges::binary_search(record.listed, grantee));
    if (known) {
      marking.listed.push_back(grantee);
      return ok();
    }
  }
  return bad(tr<"there is no case {}">(text::shorten(text, 40)));
}

}  // namespace

std::optional<Audience> parse_audience(std::string_view text) noexcept {
  for (const auto each : {Audience::everyone, Audience::members, Audience::owner_only, Audience::listed}) {
    if (text == domain::to_string(each)) return each;
  }
  if (text == "owner-only") return Audience::owner_only;
  return std::nullopt;
}

Status add_addressee(store::Connection& connection, const Actor& actor, const domain::Record& record,
                     std::string_view text, Marking& marking) {
  if (text.size() > kAddresseeBytesMax) return Error::too_large("addressee", kAddresseeBytesMax, "listed");
  const auto colon = text.find(':');
  const auto kind = text.substr(0, colon);
  const auto rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (kind == domain::to_string(Grantee::Kind::person)) return add_person(connection, actor, record, rest, marking);
  if (kind == domain::to_string(Grantee::Kind::case_file)) return add_case(connection, actor, record, rest, marking);
  for (const auto each : {Grantee::Kind::organisation, Grantee::Kind::community}) {
    if (kind != domain::to_string(each)) continue;
    if (const auto number = number_of(rest)) {
      marking.listed.push_back({each, *number});
      return ok();
    }
  }
  return bad(tr<"'{}': an addressee is written as organisation:3, community:2, case:CASE-2026-48213 or "
                "person:ada@example.com">(text::shorten(text, 80)));
}

std::string Addressee::text() const { return fmt::format("{}:{}", domain::to_string(kind), value); }

std::vector<Addressee> addressees(const std::vector<Grantee>& listed, const Reach& reach, const Sight& sight) {
  std::vector<Addressee> all;
  for (const auto& each : listed) {
    const auto called = reach.names.find(each);
    const bool by_name = called != reach.names.end() && !called->second.empty() &&
                         (each.kind == Grantee::Kind::case_file ||
                          (each.kind == Grantee::Kind::person && reach.naming == Naming::addresses));
    all.push_back({.kind = each.kind,
                   .value = by_name ? called->second : std::to_string(each.id),
                   .name = grantee_name(reach, each, sight)});
  }
  if (reach.naming == Naming::accounts) return all;
  // In the order of numbers an address that is nobody's would stand last.
  const auto people = std::ranges::partition(all, [](const auto& each) { return each.kind != Grantee::Kind::person; });
  std::ranges::sort(people, {}, &Addressee::value);
  std::ranges::sort(all.begin(), people.begin(), {}, [](const auto& each) { return std::tie(each.kind, each.value); });
  return all;
}

}  // namespace tocsin::engine::sharing
