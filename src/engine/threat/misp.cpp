#include "engine/threat/misp.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/threat/report_parts.hpp"
#include "engine/threat/threats.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/feed.hpp"
#include "formats/misp/to_misp.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/ids.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

namespace misp = formats::misp;
namespace stix = formats::stix;
using domain::policy::Viewer;

/// Objects of one report, with the memory that they live in.
class Content {
 public:
  /// `marks`: what counts as stricter here than it says itself says so.
  Content(store::Connection& connection, const Viewer& viewer, Timestamp now, bool marks = true)
      : connection_(connection), viewer_(viewer), now_(now), marks_(marks) {}

  Status add(const std::vector<ThreatRow>& rows) {
    store::Records records{connection_};
    for (const auto& row : rows) {
      if (!ids_.insert(row.id).second) continue;
      TRY(const auto record, records.load(row.record));
      if (!record) continue;
      TRY(auto bytes, records.document(record->id, record->current_revision));
      if (!bytes) continue;
      auto parsed = json::parse(*bytes, {.bytes_max = bytes->size() + 1});
      if (!parsed || !parsed->root().is_object()) continue;
      kept_.push_back(*std::move(parsed));
      sources_.push_back(
          {.object = &kept_.back().root().get_object(), .tlp = marks_ ? level_of(record->tlp) : std::string_view{}});
      bytes_.push_back(*std::move(bytes));
    }
    return ok();
  }

  Status add_ids(std::vector<std::string> ids) {
    std::erase_if(ids, [&](const std::string& each) { return ids_.contains(each); });
    for (std::size_t begin = 0; begin < ids.size(); begin += store::Sql::kListMax) {
      const auto part = std::span{ids}.subspan(begin, std::min(store::Sql::kListMax, ids.size() - begin));
      TRY(const auto rows, among(connection_, viewer_, part, now_));
      TRY_VOID(add(rows));
    }
    return ok();
  }

  /// What the objects from `begin` on refer to by the properties that matter here.
  std::vector<std::string> references(std::size_t begin) const {
    std::vector<std::string> out;
    stix::TapeReader reader;
    for (std::size_t i = begin; i < sources_.size(); ++i) {
      const auto root = reader.read(bytes_[i], {});
      if (!root) continue;
      const auto facts = stix::read_facts(*root);
      // Of what came from MISP everything stands in the object itself.
      const bool whole = facts.type == "report";
      const bool observed = facts.type == "observed-data" && !(*root)["x_misp_attribute"] && !(*root)["x_misp_object"];
      if (!whole && !observed && stix::type_of_id(facts.id) != "domain-name" && facts.type != "network-traffic" &&
          facts.type != "email-message") {
        continue;
      }
      for (const auto& each : facts.references) {
        if (each.property != "object_marking_refs") out.emplace_back(each.id);
      }
    }
    return out;
  }

  std::size_t size() const noexcept { return sources_.size(); }
  std::span<const misp::Source> sources() const noexcept { return sources_; }

 private:
  store::Connection& connection_;
  const Viewer& viewer_;
  Timestamp now_;
  bool marks_;
  std::set<std::string, std::less<>> ids_;
  std::vector<json::Parsed> kept_;
  std::vector<misp::Source> sources_;
  std::vector<std::string> bytes_;  ///< Of each source.
};

Result<std::vector<ThreatRow>> reports(store::Connection& connection, const Viewer& viewer, Timestamp now) {
  std::vector<ThreatRow> out;
  std::string cursor;
  do {
    TRY(auto page,
        list(connection, viewer, {.type = "report", .revoked = false}, Sort::modified, kLimitMax, cursor, now));
    for (auto& each : page.rows) out.push_back(std::move(each));
    cursor = page.next_cursor;
  } while (!cursor.empty() && out.size() < kFeedEventsMax);
  return out;
}

/// `marks`: as Content has it.
Result<std::optional<boost::json::object>> whole(store::Connection& connection, const Viewer& viewer,
                                                 const ThreatRow& report, Timestamp now, bool marks) {
  Content content{connection, viewer, now, marks};
  TRY_VOID(content.add({report}));
  if (content.size() == 0) return std::optional<boost::json::object>{};
  TRY_VOID(content.add_ids(content.references(0)));
  // Observables of what was observed, and what those refer to.
  TRY_VOID(content.add_ids(content.references(1)));
  TRY_VOID(content.add_ids(content.references(1)));
  auto made = misp::to_misp(content.sources());
  if (made.events.empty()) return std::optional<boost::json::object>{};
  auto event = std::move(made.events.front());
  // It is asked for by this one, whatever UUID it had where it came from.
  event["uuid"] = report.id.substr(report.id.find("--") + 2);
  return std::optional{std::move(event)};
}

/// The report of this UUID.
Result<std::optional<ThreatRow>> report_of(store::Connection& connection, const Viewer& viewer, std::string_view uuid,
                                           Timestamp now) {
  const std::vector<std::string> ids{"report--" + std::string{uuid}};
  std::optional<ThreatRow> none;
  if (!stix::parse_id(ids.front())) return none;
  TRY(auto rows, among(connection, viewer, ids, now));
  if (rows.empty() || rows.front().revoked) return none;
  return std::optional{std::move(rows.front())};
}

}  // namespace

Result<std::optional<boost::json::object>> misp_event_of(store::Connection& connection, const Viewer& viewer,
                                                         const ThreatRow& report, Timestamp now) {
  TRY(auto event, whole(connection, viewer, report, now, true));
  return event ? std::optional{misp::for_others(*std::move(event))} : std::nullopt;
}

Result<std::optional<boost::json::object>> misp_header_of(store::Connection& connection, const Viewer& viewer,
                                                          const ThreatRow& report, Timestamp now) {
  std::optional<boost::json::object> none;
  Content content{connection, viewer, now};
  TRY_VOID(content.add({report}));
  if (content.size() == 0) return none;
  // Its author, where it has no organisation of MISP's.
  std::vector<std::string> author;
  const auto* by = content.sources().front().object->if_contains("created_by_ref");
  if (by != nullptr && by->is_string()) author.emplace_back(std::string_view{by->get_string()});
  TRY_VOID(content.add_ids(std::move(author)));
  auto made = misp::to_misp(content.sources());
  if (made.events.empty()) return none;
  auto event = misp::for_others(std::move(made.events.front()));
  event["uuid"] = report.id.substr(report.id.find("--") + 2);
  return std::optional{std::move(event)};
}

Result<std::optional<boost::json::object>> misp_event(store::Connection& connection, const Viewer& viewer,
                                                      std::string_view uuid, Timestamp now) {
  TRY(const auto report, report_of(connection, viewer, uuid, now));
  if (!report) return std::optional<boost::json::object>{};
  return misp_event_of(connection, viewer, *report, now);
}

Result<std::optional<boost::json::object>> misp_event_as_kept(store::Connection& connection, const Viewer& viewer,
                                                              std::string_view uuid, Timestamp now) {
  TRY(const auto report, report_of(connection, viewer, uuid, now));
  if (!report) return std::optional<boost::json::object>{};
  return whole(connection, viewer, *report, now, false);
}

Result<boost::json::object> misp_manifest(store::Connection& connection, const Viewer& viewer, Timestamp now) {
  boost::json::object out;
  TRY(const auto rows, reports(connection, viewer, now));
  for (const auto& row : rows) {
    TRY(const auto event, misp_header_of(connection, viewer, row, now));
    if (event) out[misp::text_at(*event, "uuid")] = misp::manifest_entry(*event);
  }
  return out;
}

Result<std::string> misp_hashes(store::Connection& connection, const Viewer& viewer, Timestamp now) {
  std::string out;
  TRY(const auto rows, reports(connection, viewer, now));
  for (const auto& row : rows) {
    TRY(const auto event, misp_event_of(connection, viewer, row, now));
    if (event) misp::append_hashes(out, *event);
  }
  return out;
}

}  // namespace tocsin::engine::threat
