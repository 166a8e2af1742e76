#include "engine/threat/vulnerabilities.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/evidence/evidence.hpp"
#include "engine/threat/attack_rows.hpp"
#include "engine/threat/text.hpp"
#include "formats/stix/facts.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;

constexpr std::string_view kUses[] = {"uses", "indicates"};
constexpr std::string_view kAttributed = "attributed-to";
/// Through these one names what they name. Not through techniques: that a technique's description tells of a
/// vulnerability as an example says nothing of those who use the technique.
constexpr std::string_view kBetween[] = {"malware",  "tool",          "infrastructure",
                                         "campaign", "intrusion-set", "threat-actor"};
/// In the order in which they are told.
constexpr std::string_view kAttackers[] = {"campaign", "intrusion-set", "threat-actor", "malware", "tool"};

bool is_between(std::string_view id) {
  return std::ranges::find(kBetween, formats::stix::type_of_id(id)) != std::end(kBetween);
}
std::size_t attacker_rank(std::string_view type) {
  return static_cast<std::size_t>(std::ranges::find(kAttackers, type) - std::begin(kAttackers));
}

template <class T>
std::span<const T> limited(const std::vector<T>& all) {
  return std::span{all}.subspan(0, std::min(all.size(), kNamingMax));
}

/// One row of what the index says.
struct Named {
  std::string cve, id, by, verb;
  Naming how = Naming::says;
};

/// Several questions of one step each: joined all at once, planners begin anywhere (attack_rows.hpp).
class Steps {
 public:
  Steps(store::Connection& connection, const Viewer& viewer, Timestamp now)
      : connection_(connection), viewer_(viewer), now_(now) {}

  Result<std::vector<Named>> of_vulnerabilities(std::span<const std::string> cves) {
    Sql condition{"t.cve IN "};
    return named(condition.append_list(cves.subspan(0, std::min(cves.size(), Sql::kListMax))));
  }
  /// By themselves, and by relationships that begin at them.
  Result<std::vector<Named>> of_objects(const std::vector<std::string>& ids) {
    Sql own{"t.by_id = '' AND s.stix_id IN "}, by{"t.by_id <> '' AND t.by_id IN "};
    TRY(auto out, named(own.append_list(limited(ids))));
    TRY(auto more, named(by.append_list(limited(ids))));
    std::ranges::move(more, std::back_inserter(out));
    return out;
  }
  /// What is the vulnerability itself, of these ids.
  Result<std::vector<Named>> vulnerabilities_among(const std::vector<std::string>& ids) {
    if (ids.empty()) return std::vector<Named>{};
    Sql condition{"t.how = ? AND s.stix_id IN ", Naming::is};
    return named(condition.append_list(limited(ids)));
  }
  Result<std::vector<Joint>> joined(const std::vector<std::string>& ids, bool outgoing) {
    return joints(connection_, viewer_, limited(ids), outgoing, now_);
  }

  struct Containing {
    std::string container, property, contained;
  };
  /// Reports and such around these, or what is in these.
  Result<std::vector<Containing>> containing(const std::vector<std::string>& ids, bool around) {
    if (ids.empty()) return std::vector<Containing>{};
    Sql sql{
        "SELECT s.stix_id, f.property, f.target_id FROM stix_reference f JOIN stix_object s ON s.record_id = "
        "f.record_id JOIN record r ON r.id = s.record_id WHERE f.property IN ('object_refs', 'sighting_of_ref') AND "
        "s.revoked = 0 AND "};
    if (around) {
      sql.append("f.target_id IN ").append_list(limited(ids));
    } else {
      sql.append("s.stix_id IN ").append_list(limited(ids));
    }
    append_seen(sql);
    sql.append(" ORDER BY s.stix_id, f.target_id LIMIT ?", kNamingMax);
    return connection_.all(sql, [](const store::Row& row) {
      return Containing{.container = row.string(0), .property = row.string(1), .contained = row.string(2)};
    });
  }
  /// Those of the ids that are here for the viewer and in force.
  Result<std::set<std::string>> seen(const std::vector<std::string>& ids) {
    std::set<std::string> out;
    if (ids.empty()) return out;
    Sql sql{
        "SELECT s.stix_id FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.revoked = 0 AND s.stix_id "
        "IN "};
    sql.append_list(limited(ids));
    append_seen(sql);
    TRY_VOID(connection_.each(sql, [&](const store::Row& row) {
      out.insert(row.string(0));
      return ok();
    }));
    return out;
  }

 private:
  void append_seen(Sql& sql) {
    sql.append(" AND ").append(visible_sql(viewer_, now_));
    append_first_of_id(sql, viewer_, now_);
  }
  Result<std::vector<Named>> named(const Sql& condition) {
    Sql sql{
        "SELECT t.cve, s.stix_id, t.by_id, s.verb, t.how FROM stix_vulnerability t JOIN stix_object s ON s.record_id = "
        "t.record_id JOIN record r ON r.id = t.record_id WHERE "};
    sql.append(condition);
    append_seen(sql);
    sql.append(" ORDER BY t.how, t.cve, s.stix_id LIMIT ?", kNamingMax);
    return connection_.all(sql, [](const store::Row& row) {
      return Named{.cve = row.string(0),
                   .id = row.string(1),
                   .by = row.string(2),
                   .verb = row.string(3),
                   .how = static_cast<Naming>(row.integer(4))};
    });
  }

  store::Connection& connection_;
  const Viewer& viewer_;
  Timestamp now_;
};

/// Of each object and vulnerability the surest way.
class Found {
 public:
  void note(const std::string& id, Way way) {
    auto& known = ways_[id];
    const auto at = known.find(way.cve);
    if (at == known.end()) {
      known.emplace(way.cve, std::move(way));
    } else if (way < at->second) {
      at->second = std::move(way);
    }
  }
  void note(const Named& named) {
    if (named.by.empty()) {
      note(named.id, {.cve = named.cve, .how = named.how});
    } else {
      note(named.by, {.cve = named.cve, .how = named.how, .verb = named.verb});
    }
  }
  /// What names something, and through which others may name it.
  std::vector<std::string> between() const {
    std::vector<std::string> out;
    for (const auto& [id, ways] : ways_) {
      if (is_between(id)) out.push_back(id);
    }
    return out;
  }
  std::vector<Way> of(const std::string& id) const {
    std::vector<Way> out;
    const auto found = ways_.find(id);
    if (found == ways_.end()) return out;
    for (const auto& [cve, way] : found->second) out.push_back(way);
    return out;
  }
  std::map<std::string, std::vector<Way>> all() const {
    std::map<std::string, std::vector<Way>> out;
    for (const auto& [id, ways] : ways_) out.emplace(id, of(id));
    return out;
  }

 private:
  std::map<std::string, std::map<std::string, Way>> ways_;
};

/// Does this relationship give its other end what the first names? It leads to the first (`outgoing`: from it).
bool passes_on(const Joint& joint, bool outgoing) {
  return outgoing ? joint.verb == kAttributed : std::ranges::find(kUses, joint.verb) != std::end(kUses);
}

std::vector<std::string> keys_of(const std::map<std::string, std::set<std::string>>& of) {
  std::vector<std::string> out;
  for (const auto& [key, value] : of) out.push_back(key);
  return out;
}

std::map<std::string, std::set<std::string>> cves_of(const std::vector<Named>& vulnerabilities) {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& each : vulnerabilities) {
    if (each.how == Naming::is && each.by.empty()) out[each.id].insert(each.cve);
  }
  return out;
}

std::vector<std::string> ids_of(const std::map<std::string, std::vector<Way>>& found) {
  std::vector<std::string> ids;
  for (const auto& [id, ways] : found) {
    if (ids.size() == Sql::kListMax) break;
    ids.push_back(id);
  }
  return ids;
}

/// Names of what is gone through.
Result<std::map<std::string, std::string>> names_of(store::Connection& connection, const Viewer& viewer,
                                                    const std::set<std::string>& ids, Timestamp now) {
  std::map<std::string, std::string> out;
  if (ids.empty()) return out;
  const std::vector<std::string> all(ids.begin(), ids.end());
  TRY(const auto rows, among(connection, viewer, all, now));
  for (const auto& each : rows) out.emplace(each.id, each.name);
  return out;
}

}  // namespace

std::string_view to_string(Naming naming) noexcept {
  switch (naming) {
    case Naming::is:
      return "is";
    case Naming::relates:
      return "relates";
    case Naming::refers:
      return "refers";
    case Naming::says:
      return "says";
    case Naming::relationship_says:
      return "relationship_says";
    case Naming::contains:
      return "contains";
    case Naming::through:
      break;
  }
  return "through";
}

Result<std::map<std::string, std::vector<Way>>> naming(store::Connection& connection, const Viewer& viewer,
                                                       std::span<const std::string> cves, Timestamp now) {
  Found found;
  if (cves.empty()) return found.all();
  Steps steps{connection, viewer, now};
  TRY(const auto named, steps.of_vulnerabilities(cves));
  if (named.empty()) return found.all();
  for (const auto& each : named) found.note(each);
  const auto vulnerabilities = cves_of(named);
  const auto ids = keys_of(vulnerabilities);
  TRY(const auto related, steps.joined(ids, false));
  for (const auto& each : related) {
    for (const auto& cve : vulnerabilities.at(each.here)) {
      found.note(each.other, {.cve = cve, .how = Naming::relates, .verb = each.verb});
    }
  }
  TRY(const auto around, steps.containing(ids, true));
  for (const auto& each : around) {
    for (const auto& cve : vulnerabilities.at(each.contained)) {
      found.note(each.container, {.cve = cve, .how = Naming::contains, .verb = each.property});
    }
  }
  TRY(const auto seen, steps.seen(found.between()));
  const std::vector<std::string> between(seen.begin(), seen.end());
  const auto direct = found.all();
  for (const bool outgoing : {false, true}) {
    TRY(const auto passed, steps.joined(between, outgoing));
    for (const auto& each : passed) {
      if (!passes_on(each, outgoing)) continue;
      for (const auto& way : direct.at(each.here)) {
        found.note(each.other, {.cve = way.cve, .how = Naming::through, .verb = each.verb, .via = each.here});
      }
    }
  }
  return found.all();
}

Result<std::vector<Way>> named_by(store::Connection& connection, const Viewer& viewer, std::string_view stix_id,
                                  Timestamp now) {
  Steps steps{connection, viewer, now};
  const std::vector<std::string> one{std::string{stix_id}};
  TRY(const auto here, steps.seen(one));
  if (here.empty()) return std::vector<Way>{};
  // What it names through: to those it uses and indicates, from those that are attributed to it.
  std::multimap<std::string, std::string> verbs;
  for (const bool outgoing : {false, true}) {
    TRY(const auto passed, steps.joined(one, !outgoing));
    for (const auto& each : passed) {
      if (passes_on(each, outgoing) && is_between(each.other)) verbs.emplace(each.other, each.verb);
    }
  }
  std::vector<std::string> ids;
  for (const auto& [id, verb] : verbs) {
    if (ids.empty() || ids.back() != id) ids.push_back(id);
  }
  TRY(const auto seen, steps.seen(ids));
  ids.assign(seen.begin(), seen.end());
  ids.push_back(one.front());
  Found found;
  TRY(const auto named, steps.of_objects(ids));
  for (const auto& each : named) found.note(each);
  TRY(const auto related, steps.joined(ids, true));
  TRY(const auto within, steps.containing(ids, false));
  std::set<std::string> targets;
  for (const auto& each : related) targets.insert(each.other);
  for (const auto& each : within) targets.insert(each.contained);
  std::erase_if(targets, [](const auto& each) { return formats::stix::type_of_id(each) != "vulnerability"; });
  TRY(const auto hit, steps.vulnerabilities_among({targets.begin(), targets.end()}));
  const auto vulnerabilities = cves_of(hit);
  const auto note = [&](const std::string& id, const std::string& target, Naming how, const std::string& verb) {
    const auto at = vulnerabilities.find(target);
    if (at == vulnerabilities.end()) return;
    for (const auto& cve : at->second) found.note(id, {.cve = cve, .how = how, .verb = verb});
  };
  for (const auto& each : related) note(each.here, each.other, Naming::relates, each.verb);
  for (const auto& each : within) note(each.container, each.contained, Naming::contains, each.property);
  const auto direct = found.all();
  for (const auto& [id, verb] : verbs) {
    const auto at = direct.find(id);
    if (at == direct.end() || !seen.contains(id)) continue;
    for (const auto& way : at->second) {
      found.note(one.front(), {.cve = way.cve, .how = Naming::through, .verb = verb, .via = id});
    }
  }
  return found.of(one.front());
}

Result<std::vector<std::string>> vulnerabilities_of_advisory(store::Connection& connection, domain::RecordId advisory) {
  std::vector<std::string> out;
  TRY_VOID(connection.each(Sql{"SELECT v.vuln_id FROM advisory_vulnerability v WHERE v.record_id = ? AND v.vuln_id "
                               "LIKE 'CVE-%' ORDER BY v.position LIMIT ?",
                               advisory, Sql::kListMax},
                           [&](const store::Row& row) {
                             if (std::ranges::find(out, row.text(0)) == out.end()) out.push_back(row.string(0));
                             return ok();
                           }));
  return out;
}

Status only_naming(store::Connection& connection, const Viewer& viewer, std::span<const std::string> cves,
                   Filter& filter, Timestamp now) {
  TRY(const auto found, naming(connection, viewer, cves, now));
  filter.ids = ids_of(found);
  return ok();
}

Result<NamingThreats> naming_threats(store::Connection& connection, const Viewer& viewer,
                                     std::span<const std::string> cves, int limit, Timestamp now) {
  NamingThreats out;
  TRY(const auto found, naming(connection, viewer, cves, now));
  if (found.empty()) return out;
  Filter filter;
  filter.ids = ids_of(found);
  TRY(auto page, list(connection, viewer, filter, Sort::modified, limit, {}, now));
  out.total = page.total;
  std::set<std::string> between;
  for (auto& row : page.rows) {
    const auto& ways = found.at(row.id);
    for (const auto& way : ways) {
      if (!way.via.empty()) between.insert(way.via);
    }
    out.rows.push_back({.row = std::move(row), .ways = ways});
  }
  TRY(out.names, names_of(connection, viewer, between, now));
  return out;
}

Result<std::map<std::string, std::vector<ThreatRow>>> attackers(store::Connection& connection, const Viewer& viewer,
                                                                std::span<const std::string> cves, std::size_t each_max,
                                                                Timestamp now) {
  std::map<std::string, std::vector<ThreatRow>> out;
  TRY(const auto found, naming(connection, viewer, cves, now));
  std::vector<std::string> ids;
  for (const auto& [id, ways] : found) {
    if (attacker_rank(formats::stix::type_of_id(id)) < std::size(kAttackers)) ids.push_back(id);
  }
  if (ids.empty()) return out;
  TRY(auto rows, among(connection, viewer, ids, now));
  std::erase_if(rows, [](const ThreatRow& each) { return each.revoked; });
  std::ranges::sort(rows, {}, [](const ThreatRow& each) {
    return std::tuple{attacker_rank(each.type), each.modified ? -each.modified->micros : 0, std::string_view{each.id}};
  });
  for (const auto& row : rows) {
    for (const auto& way : found.at(row.id)) {
      auto& of = out[way.cve];
      if (of.size() < each_max) of.push_back(row);
    }
  }
  return out;
}

Result<NamedVulnerabilities> named_vulnerabilities(store::Connection& connection, const Viewer& viewer,
                                                   std::string_view stix_id, Timestamp now) {
  NamedVulnerabilities out;
  TRY(const auto ways, named_by(connection, viewer, stix_id, now));
  out.total = static_cast<std::int64_t>(ways.size());
  if (ways.empty()) return out;
  std::vector<std::string> cves;
  std::map<std::string, std::size_t> places;
  for (const auto& way : ways) {
    if (cves.size() == kNamingMax) break;
    places.emplace(way.cve, cves.size());
    cves.push_back(way.cve);
    out.items.push_back({.way = way, .advisories = {}, .advisory_count = 0, .score_tenths = {}});
  }
  Sql sql{
      "SELECT v.vuln_id, r.slug, r.record_key, r.title, r.tlp, v.score_tenths, v.severity FROM advisory_vulnerability "
      "v JOIN record r ON r.id = v.record_id WHERE v.vuln_id IN "};
  sql.append_list(std::span<const std::string>{cves});
  sql.append(" AND ").append(visible_sql(viewer, now));
  sql.append(" ORDER BY r.current_release_at DESC, r.id DESC, v.position");
  std::map<std::string, std::set<std::string>> slugs;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    auto& item = out.items[places.at(row.string(0))];
    SpeakingAdvisory advisory{.slug = row.string(1),
                              .key = row.string(2),
                              .title = row.string(3),
                              .tlp = static_cast<domain::Tlp>(row.integer(4)),
                              .score_tenths = {},
                              .severity = static_cast<formats::cvss::Severity>(row.integer(6))};
    if (const auto score = row.optional_integer(5)) {
      advisory.score_tenths = static_cast<int>(*score);
      item.score_tenths = std::max(item.score_tenths.value_or(0), *advisory.score_tenths);
    }
    if (!slugs[item.way.cve].insert(advisory.slug).second) return ok();
    ++item.advisory_count;
    if (item.advisories.size() < kAdvisoriesShown) item.advisories.push_back(std::move(advisory));
    return ok();
  }));
  std::ranges::sort(out.items, {}, [](const NamedVulnerability& each) {
    return std::tuple{each.advisory_count == 0, -each.score_tenths.value_or(-1), std::string_view{each.way.cve}};
  });
  if (out.items.size() > kVulnerabilitiesShown) out.items.resize(kVulnerabilitiesShown);
  std::set<std::string> between;
  cves.clear();
  for (const auto& each : out.items) {
    cves.push_back(each.way.cve);
    if (!each.way.via.empty()) between.insert(each.way.via);
  }
  TRY(out.names, names_of(connection, viewer, between, now));
  TRY(out.evidence, evidence::look_up(connection, cves));
  return out;
}

}  // namespace tocsin::engine::threat
