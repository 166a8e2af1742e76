#include "formats/feed/news_to_stix.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "formats/cve/cve.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/write.hpp"

namespace tocsin::formats::feed {
namespace {

using boost::json::object;

/// Of what no feed says when it came to be. The same whoever tells of it.
constexpr Timestamp kNoTime{0};
constexpr std::size_t kVulnerabilitiesMax = 1'000;

/// Follows from what it is of, and is of version 4 by its form, as STIX wants of what is no observable.
std::string id_of(std::string_view type, std::string_view what) {
  auto uuid = stix::observable_uuid(what);
  uuid[14] = '4';
  return stix::make_id(type, uuid);
}

stix::Head head_of(std::string id, std::string created_by, Timestamp created, Timestamp modified) {
  return {
      .id = std::move(id), .created_by = std::move(created_by), .created = created, .modified = modified, .tlp = {}};
}

object reference(std::string_view source, std::string_view url, std::string_view id) {
  object out{{"source_name", source}};
  if (!url.empty()) out["url"] = url;
  if (!id.empty() && id != url) out["external_id"] = id;
  return out;
}

class Maker {
 public:
  explicit Maker(const News& news) : news_(news), source_(id_of("identity", "news feed " + news.id)) {}

  NewsObjects make() {
    auto identity = stix::write_identity(head_of(source_, {}, kNoTime, kNoTime), {.name = news_.title});
    if (!news_.link.empty()) {
      identity["external_references"].emplace_array().push_back(reference(news_.title, news_.link, {}));
    }
    made_.objects.push_back(json::write(identity));
    std::vector<std::string> reports;
    for (const auto& each : news_.entries) {
      auto id = id_of("report", fmt::format("news {} {}", news_.id, each.id));
      // Feeds repeat themselves; the first of two is the newer by custom.
      if (seen_.insert(id).second) reports.push_back(report(each, std::move(id)));
    }
    made_.reports = reports.size();
    std::ranges::move(reports, std::back_inserter(made_.objects));
    return std::move(made_);
  }

 private:
  std::string report(const NewsEntry& entry, std::string id) {
    stix::Report report{.name = entry.title,
                        .description = entry.text,
                        .type = "threat-report",
                        .published = entry.published,
                        .objects = {}};
    for (const auto& cve : cve::ids_in(entry.title + "\n" + entry.text)) {
      if (report.cves.size() == kVulnerabilitiesMax) break;
      report.cves.push_back(cve);
      report.objects.push_back(vulnerability(cve));
    }
    // A report is of something (section 4.16): of who reports, where nothing else is known.
    if (report.objects.empty()) report.objects.push_back(source_);
    auto head = head_of(std::move(id), source_, entry.published, entry.updated);
    head.labels = entry.categories;
    auto made = stix::write_report(head, report);
    auto& references = made["external_references"];
    if (!references.is_array()) references.emplace_array();
    references.get_array().insert(references.get_array().begin(), reference(news_.title, entry.link, entry.id));
    return json::write(made);
  }

  std::string vulnerability(const std::string& cve) {
    auto id = id_of("vulnerability", "vulnerability " + cve);
    if (seen_.insert(id).second) {
      made_.objects.push_back(json::write(stix::write_vulnerability(head_of(id, {}, kNoTime, kNoTime), cve)));
    }
    return id;
  }

  const News& news_;
  std::string source_;
  std::set<std::string> seen_;
  NewsObjects made_;
};

}  // namespace

NewsObjects news_to_stix(const News& news) { return Maker{news}.make(); }

std::string write_news_bundle(const News& news, const NewsObjects& made) {
  const auto id = id_of("bundle", "bundle of news feed " + news.id);
  return stix::write_bundle(std::string_view{id}.substr(std::string_view{"bundle--"}.size()), made.objects);
}

}  // namespace tocsin::formats::feed
