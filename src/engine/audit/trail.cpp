#include "engine/audit/trail.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "store/audit.hpp"

namespace tocsin::engine::audit {
namespace {

constexpr std::string_view kCut = R"("cut":true})";

/// A JSON object that fits, whatever was given.
std::string detail_text(const Actor& actor, const boost::json::object& detail) {
  std::string text = "{";
  bool cut = false;
  const auto add = [&](std::string_view key, const boost::json::value& value) {
    std::string member;
    json::write_string(member, key);
    member += ':';
    json::write(member, value);
    // Room for a comma and for what tells that something is missing.
    if (text.size() + member.size() + 1 + kCut.size() > store::kAuditDetailBytesMax) {
      cut = true;
      return;
    }
    if (text.size() > 1) text += ',';
    text += member;
  };
  if (!actor.name.empty()) add("by", boost::json::value(actor.name));
  if (!actor.approved_by.empty()) add("approved_by", boost::json::value(actor.approved_by));
  for (const auto& member : detail) {
    if (member.key() != "by" && member.key() != "approved_by" && member.key() != "cut")
      add(member.key(), member.value());
  }
  if (!cut && text.size() == 1) return {};
  if (!cut) return text + "}";
  if (text.size() > 1) text += ',';
  return text.append(kCut);
}

}  // namespace

std::string_view meaning_of(std::string_view action) noexcept {
  const auto* found = std::ranges::find(kActions, action, &ActionText::name);
  return found == std::end(kActions) ? std::string_view{} : found->meaning;
}

std::string object_of(std::string_view kind, std::int64_t id) { return fmt::format("{}:{}", kind, id); }
std::string object_of(domain::PersonId person) { return object_of("person", person.value); }
std::string object_of(domain::OrganisationId organisation) { return object_of("organisation", organisation.value); }
std::string object_of(domain::CommunityId community) { return object_of("community", community.value); }
std::string object_of(domain::RecordId record) { return object_of("record", record.value); }

Result<std::int64_t> record(store::Connection& connection, const Actor& actor, Timestamp now, Action action,
                            std::string object, std::optional<domain::OrganisationId> owner,
                            domain::audit::Outcome outcome, const boost::json::object& detail) {
  return store::Audit{connection}.append(
      {.at = now,
       .person = actor.viewer.person,
       .organisation = actor.viewer.organisation,
       .action = std::string{action.name()},
       .object = std::move(object),
       .owner = owner,
       .outcome = outcome,
       .request_id = actor.request_id,
       .personal = {.address = actor.address, .agent = actor.agent, .detail = detail_text(actor, detail)}});
}

void note_refusal(store::Database& database, const Actor& actor, std::string object, std::string_view why,
                  Timestamp now) noexcept {
  try {
    boost::json::object detail;
    if (!why.empty()) detail["why"] = why;
    const auto noted = database.write([&](store::Connection& connection) {
      return record(connection, actor, now, "access.refused", std::move(object), {}, domain::audit::Outcome::refused,
                    detail);
    });
    if (noted) return;
    log::error("audit.append_failed", {{"message", noted.error().message}, {"detail", noted.error().detail}});
  } catch (const std::exception& exception) {
    log::error("audit.append_failed", {{"detail", exception.what()}});
  }
}

}  // namespace tocsin::engine::audit
