#include "engine/threat/coverage.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/input.hpp"
#include "engine/threat/attack_rows.hpp"
#include "engine/threat/attack_view.hpp"
#include "store/coverage.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::Permission;
using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;
using Ids = std::vector<std::string>;

/// What a knowledge base says: by STIX id what a technique has to do with, as ATT&CK ids.
struct Knowledge {
  std::vector<AttackRow> techniques;
  std::map<std::string, AttackRow> classes, mitigations, components;  ///< By ATT&CK id.
  struct Of {
    std::set<std::string> classes, mitigations, components;
  };
  std::map<std::string, Of> of;  ///< By ATT&CK id of the technique.
};

/// Rows in force of these STIX ids that the viewer may see, by STIX id.
Result<std::map<std::string, AttackRow>> rows_of(store::Connection& connection, const Viewer& viewer,
                                                 const std::set<std::string>& ids, Timestamp now) {
  std::map<std::string, AttackRow> out;
  if (ids.empty()) return out;
  const Ids some(ids.begin(), std::next(ids.begin(), static_cast<std::ptrdiff_t>(std::min(ids.size(), Sql::kListMax))));
  Sql sql{"SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM " WHERE a.in_force = 1 AND s.stix_id IN "};
  sql.append_list(some).append(" AND ").append(visible_sql(viewer, now));
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    auto read = read_attack_row(row);
    auto id = read.object.id;
    out.emplace(std::move(id), std::move(read));
    return ok();
  }));
  return out;
}

/// What these refer to by a property: STIX ids on both sides. Only what the viewer may see refers.
Result<std::multimap<std::string, std::string>> referred(store::Connection& connection, const Viewer& viewer,
                                                         const std::set<std::string>& from, std::string_view property,
                                                         Timestamp now) {
  std::multimap<std::string, std::string> out;
  if (from.empty()) return out;
  const Ids some(from.begin(),
                 std::next(from.begin(), static_cast<std::ptrdiff_t>(std::min(from.size(), Sql::kListMax))));
  Sql sql{
      "SELECT s.stix_id, f.target_id FROM stix_object s JOIN record r ON r.id = s.record_id JOIN stix_reference f ON "
      "f.record_id = s.record_id WHERE f.property = ? AND s.stix_id IN ",
      property};
  sql.append_list(some).append(" AND ").append(visible_sql(viewer, now));
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    out.emplace(row.string(0), row.string(1));
    return ok();
  }));
  return out;
}

std::set<std::string> values_of(const std::multimap<std::string, std::string>& map) {
  std::set<std::string> out;
  for (const auto& [key, value] : map) out.insert(value);
  return out;
}

class KnowledgeReader {
 public:
  KnowledgeReader(store::Connection& connection, const Viewer& viewer, Timestamp now)
      : connection_(connection), viewer_(viewer), now_(now) {}

  Result<Knowledge> read(const Matrix& matrix) {
    std::set<std::string> seen;
    Ids ids;
    each_technique(matrix, [&](const Column&, const AttackRow& row) {
      if (!seen.insert(row.attack_id).second) return;
      out_.techniques.push_back(row);
      ids.push_back(row.object.id);
      by_stix_[row.object.id] = row.attack_id;
    });
    if (ids.size() > Sql::kListMax) ids.resize(Sql::kListMax);
    TRY(const auto targets, joints(connection_, viewer_, ids, true, now_));
    TRY(const auto sources, joints(connection_, viewer_, ids, false, now_));
    std::set<std::string> ends;
    for (const auto& each : targets) {
      if (each.verb == "targets") ends.insert(each.other);
    }
    std::set<std::string> detecting;
    for (const auto& each : sources) {
      if (each.verb == "mitigates" || each.verb == "detects") ends.insert(each.other);
      if (each.verb == "detects") detecting.insert(each.other);
    }
    // Since its version 18 ATT&CK says it in steps: strategy, analytic, data component.
    TRY(const auto analytics, referred(connection_, viewer_, detecting, "x_mitre_analytic_refs", now_));
    TRY(const auto components,
        referred(connection_, viewer_, values_of(analytics), "x_mitre_data_component_ref", now_));
    ends.merge(values_of(components));
    TRY(rows_, rows_of(connection_, viewer_, ends, now_));
    for (const auto& each : targets) {
      if (each.verb == "targets") note(each.here, each.other, AttackKind::asset);
    }
    for (const auto& each : sources) {
      if (each.verb == "mitigates") note(each.here, each.other, AttackKind::mitigation);
      if (each.verb != "detects") continue;
      note(each.here, each.other, AttackKind::data_component);
      const auto [first, last] = analytics.equal_range(each.other);
      for (auto analytic = first; analytic != last; ++analytic) {
        const auto [begin, end] = components.equal_range(analytic->second);
        for (auto at = begin; at != end; ++at) note(each.here, at->second, AttackKind::data_component);
      }
    }
    return std::move(out_);
  }

 private:
  void note(const std::string& technique, const std::string& other, AttackKind kind) {
    const auto row = rows_.find(other);
    if (row == rows_.end() || row->second.kind != kind || row->second.attack_id.empty()) return;
    auto& of = out_.of[by_stix_.at(technique)];
    const auto& id = row->second.attack_id;
    switch (kind) {
      case AttackKind::asset:
        of.classes.insert(id);
        out_.classes.emplace(id, row->second);
        break;
      case AttackKind::mitigation:
        of.mitigations.insert(id);
        out_.mitigations.emplace(id, row->second);
        break;
      default:
        of.components.insert(id);
        out_.components.emplace(id, row->second);
    }
  }

  store::Connection& connection_;
  const Viewer& viewer_;
  Timestamp now_;
  Knowledge out_;
  std::map<std::string, std::string> by_stix_;  ///< ATT&CK ids of techniques.
  std::map<std::string, AttackRow> rows_;
};

/// What an organisation has and says, by zone.
class Plant {
 public:
  Plant(const std::vector<store::ClassCount>& counts, const std::vector<store::CoverageStatement>& statements,
        bool all_sites) {
    for (const auto& each : counts) {
      // Of very many zones, those at the end have no name here.
      const bool is_known = zones_.contains(each.zone) || zones_.size() < kZonesMax;
      const auto& zone = is_known ? each.zone : std::string{};
      zones_.insert(zone);
      assets_[zone][each.attack_class] += each.assets;
    }
    for (const auto& each : statements) {
      // Who is shown some sites alone learns of no other zones.
      if (!each.zone.empty() && !zones_.contains(each.zone) && !all_sites) continue;
      zones_.insert(each.zone);
      said_[each.zone][each.attack_id] = each.in_place;
    }
    if (zones_.empty()) zones_.insert("");
    // What is said of everywhere makes no zone.
    if (zones_.size() > 1 && !assets_.contains("")) zones_.erase("");
  }

  const std::set<std::string>& zones() const noexcept { return zones_; }
  std::int64_t assets(const std::string& zone, const std::string& id) const {
    const auto at = assets_.find(zone);
    if (at == assets_.end()) return 0;
    const auto found = at->second.find(id);
    return found == at->second.end() ? 0 : found->second;
  }
  std::int64_t all_assets(const std::string& zone) const {
    std::int64_t sum = 0;
    if (const auto at = assets_.find(zone); at != assets_.end()) {
      for (const auto& [id, count] : at->second) sum += count;
    }
    return sum;
  }
  std::optional<bool> said(const std::string& zone, const std::string& id) const {
    const auto at = said_.find(zone);
    if (at == said_.end()) return std::nullopt;
    const auto found = at->second.find(id);
    return found == at->second.end() ? std::nullopt : std::optional{found->second};
  }
  bool in_place(const std::string& zone, const std::string& id) const {
    return said(zone, id).value_or(false) || said("", id).value_or(false);
  }
  bool has_class(const std::string& zone, const std::string& id) const {
    if (const auto here = said(zone, id); here && !zone.empty()) return *here;
    const auto everywhere = said("", id);
    return everywhere.value_or(assets(zone, id) > 0);
  }

 private:
  std::set<std::string> zones_;
  std::map<std::string, std::map<std::string, std::int64_t>> assets_;
  std::map<std::string, std::map<std::string, bool>> said_;
};

void sort_by_name(auto& rows) {
  std::ranges::sort(rows, {}, [](const auto& each) {
    return std::tuple{text::fold(each.row.object.name), std::string_view{each.row.attack_id}};
  });
}

class Covering {
 public:
  Covering(const Knowledge& knowledge, const Plant& plant, Coverage& out)
      : knowledge_(knowledge), plant_(plant), out_(out) {
    if (out.zone.empty()) {
      zones_.assign(plant.zones().begin(), plant.zones().end());
    } else {
      zones_ = {out.zone};
    }
  }

  void run(const std::map<std::string, std::int64_t>& mentions) {
    for (const auto& zone : zones_) {
      out_.assets += plant_.all_assets(zone);
      out_.unknown_assets += plant_.assets(zone, "");
    }
    add_classes();
    for (const auto& row : knowledge_.techniques) add_technique(row, mentions);
    std::ranges::sort(out_.techniques, {}, [](const CoveredTechnique& each) {
      return std::tuple{!each.is_open(), -each.mentions, std::string_view{each.row.attack_id}};
    });
    out_.mitigations = measures(knowledge_.mitigations, &CoveredTechnique::mitigations);
    out_.components = measures(knowledge_.components, &CoveredTechnique::components);
  }

 private:
  void add_classes() {
    for (const auto& [id, row] : knowledge_.classes) {
      AssetClassHere here{.row = row, .assets = 0, .stated = plant_.said(out_.zone, id), .here = false};
      for (const auto& zone : zones_) {
        here.assets += plant_.assets(zone, id);
        here.here = here.here || plant_.has_class(zone, id);
      }
      out_.classes.push_back(std::move(here));
    }
    sort_by_name(out_.classes);
  }

  bool any_in_place(const std::string& zone, const std::set<std::string>& ids) const {
    return std::ranges::any_of(ids, [&](const std::string& id) { return plant_.in_place(zone, id); });
  }

  void add_technique(const AttackRow& row, const std::map<std::string, std::int64_t>& mentions) {
    static const Knowledge::Of kNothing;
    const auto found = knowledge_.of.find(row.attack_id);
    const auto& of = found == knowledge_.of.end() ? kNothing : found->second;
    CoveredTechnique out;
    bool concerns = false;
    for (const auto& zone : zones_) {
      bool here = of.classes.empty() && plant_.all_assets(zone) > 0;
      for (const auto& id : of.classes) {
        if (!plant_.has_class(zone, id)) continue;
        here = true;
        if (std::ranges::find(out.classes, id) == out.classes.end()) out.classes.push_back(id);
      }
      if (!here) continue;
      concerns = true;
      const bool mitigated = any_in_place(zone, of.mitigations);
      const bool detected = any_in_place(zone, of.components);
      out.mitigated = out.mitigated || mitigated;
      out.detected = out.detected || detected;
      if (!mitigated && !detected) out.open_in.push_back(zone);
    }
    if (!concerns) return;
    out.row = row;
    out.mitigations.assign(of.mitigations.begin(), of.mitigations.end());
    out.components.assign(of.components.begin(), of.components.end());
    if (const auto count = mentions.find(row.attack_id); count != mentions.end()) out.mentions = count->second;
    out_.techniques.push_back(std::move(out));
  }

  std::vector<Measure> measures(const std::map<std::string, AttackRow>& rows,
                                std::vector<std::string> CoveredTechnique::* of) const {
    std::vector<Measure> out;
    for (const auto& [id, row] : rows) {
      Measure measure{.row = row,
                      .in_place = true,
                      .stated = plant_.said(out_.zone, id).value_or(false),
                      .zones = {},
                      .would_close = 0};
      for (const auto& zone : zones_) {
        if (plant_.in_place(zone, id)) {
          measure.zones.insert(zone);
        } else {
          measure.in_place = false;
        }
      }
      for (const auto& technique : out_.techniques) {
        if (technique.is_open() && std::ranges::binary_search(technique.*of, id)) ++measure.would_close;
      }
      out.push_back(std::move(measure));
    }
    sort_by_name(out);
    return out;
  }

  const Knowledge& knowledge_;
  const Plant& plant_;
  Coverage& out_;
  std::vector<std::string> zones_;
};

/// The matrix that is asked for, or the first.
Result<std::optional<Matrix>> asked_matrix(store::Connection& connection, const Viewer& viewer,
                                           const std::vector<Domain>& all, std::string_view domain, Timestamp now) {
  if (domain.empty() && all.empty()) return std::optional<Matrix>{};
  TRY(auto found, matrix(connection, viewer, domain.empty() ? std::string_view{all.front().id} : domain, now));
  if (!found) return Error::not_found("matrix of ATT&CK");
  return found;
}

Status check_ids(const std::vector<std::string>& ids, const std::map<std::string, AttackRow>& known,
                 std::string_view where) {
  for (const auto& id : ids) {
    if (!known.contains(id))
      return Error::invalid(tr<"'{}' is none of these">(text::shorten(id, 40)), std::string{where});
  }
  return ok();
}

}  // namespace

std::int64_t Coverage::open() const noexcept {
  return std::ranges::count_if(techniques, [](const auto& each) { return each.is_open(); });
}

Result<Coverage> coverage(store::Database& database, const Actor& actor, const inventory::Access& access,
                          std::string_view domain, std::string_view zone, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  return database.snapshot([&](store::Connection& connection) -> Result<Coverage> {
    Coverage out;
    TRY(out.domains, domains(connection, actor.viewer, now));
    TRY(const auto matrix, asked_matrix(connection, actor.viewer, out.domains, domain, now));
    store::Coverage stored{connection};
    TRY(const auto counts, stored.classes(access.organisation, access.sites));
    TRY(const auto statements, stored.statements(access.organisation));
    const Plant plant{counts, statements, !access.sites};
    out.zones.assign(plant.zones().begin(), plant.zones().end());
    out.zone = zone;
    if (!zone.empty() && !plant.zones().contains(out.zone)) return Error::not_found("zone");
    if (!matrix) return out;
    out.domain = matrix->domain;
    TRY(const auto knowledge, (KnowledgeReader{connection, actor.viewer, now}.read(*matrix)));
    TRY(const auto mentions, mention_counts(connection, actor.viewer, now));
    Covering{knowledge, plant, out}.run(mentions);
    return out;
  });
}

formats::attack::Layer layer_of(const Coverage& coverage) {
  constexpr std::string_view kOpen = "#e4572e", kDetected = "#f2c14e", kMitigated = "#7fb2e5", kBoth = "#76b041";
  formats::attack::Layer out;
  out.domain = coverage.domain ? coverage.domain->id : "";
  out.attack_version = coverage.domain ? coverage.domain->version : "";
  out.name = coverage.zone.empty() ? std::string{"Coverage"} : fmt::format("Coverage of {}", coverage.zone);
  out.description = "Techniques that concern the assets here. Scores: how many advisories and reports name them.";
  out.legend = {{"open", std::string{kOpen}},
                {"detected, not mitigated", std::string{kDetected}},
                {"mitigated, not detected", std::string{kMitigated}},
                {"mitigated and detected", std::string{kBoth}}};
  for (const auto& each : coverage.techniques) {
    formats::attack::LayerTechnique technique;
    technique.id = each.row.attack_id;
    technique.color = each.is_open()                    ? kOpen
                      : each.mitigated && each.detected ? kBoth
                      : each.mitigated                  ? kMitigated
                                                        : kDetected;
    if (each.mentions > 0) technique.score = static_cast<double>(each.mentions);
    std::vector<std::string_view> zones;
    for (const auto& zone : each.open_in) zones.push_back(zone.empty() ? std::string_view{"no zone"} : zone);
    if (each.is_open()) technique.comment = fmt::format("Open in: {}", fmt::join(zones, ", "));
    out.techniques.push_back(std::move(technique));
  }
  std::ranges::sort(out.techniques, {}, &formats::attack::LayerTechnique::id);
  return out;
}

Status state_coverage(store::Database& database, const Actor& actor, std::string_view domain,
                      const CoverageInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  const auto organisation = actor.viewer.organisation;
  if (!organisation) return Error::not_found("inventory");
  TRY(const auto zone, members::one_line(input.zone, "zone", 0, kZoneBytesMax));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto all, domains(connection, actor.viewer, now));
    TRY(const auto matrix, asked_matrix(connection, actor.viewer, all, domain, now));
    if (!matrix) return Error::not_found("matrix of ATT&CK");
    TRY(const auto knowledge, (KnowledgeReader{connection, actor.viewer, now}.read(*matrix)));
    TRY_VOID(check_ids(input.classes, knowledge.classes, "classes"));
    TRY_VOID(check_ids(input.mitigations, knowledge.mitigations, "mitigations"));
    TRY_VOID(check_ids(input.components, knowledge.components, "components"));
    store::Coverage stored{connection};
    TRY(const auto counts, stored.classes(*organisation, {}));
    TRY(const auto before, stored.statements(*organisation));
    const Plant plant{counts, before, true};
    if (!zone.empty() && !plant.zones().contains(zone)) {
      return Error::invalid(std::string{tr<"nothing in the inventory is in this zone">()}, "zone");
    }
    std::vector<store::CoverageStatement> wanted;
    // What is said by another knowledge base stays.
    const auto is_ours = [&](const std::string& id) {
      return knowledge.classes.contains(id) || knowledge.mitigations.contains(id) || knowledge.components.contains(id);
    };
    for (const auto& each : before) {
      if (each.zone == zone && !is_ours(each.attack_id)) wanted.push_back(each);
    }
    const std::set<std::string> classes(input.classes.begin(), input.classes.end());
    for (const auto& [id, row] : knowledge.classes) {
      std::int64_t assets = 0;
      for (const auto& each : plant.zones()) {
        if (zone.empty() || each == zone) assets += plant.assets(each, id);
      }
      // In a zone, what is said of everywhere is what counts where nothing else is said.
      const bool by_itself = zone.empty() ? assets > 0 : plant.said("", id).value_or(assets > 0);
      if (classes.contains(id) != by_itself) wanted.push_back({.zone = zone, .attack_id = id, .in_place = !by_itself});
    }
    std::set<std::string> measures(input.mitigations.begin(), input.mitigations.end());
    measures.insert(input.components.begin(), input.components.end());
    for (const auto& id : measures) wanted.push_back({.zone = zone, .attack_id = id, .in_place = true});
    TRY_VOID(stored.replace(*organisation, zone, wanted, actor.viewer.person, now));
    TRY_VOID(audit::record(connection, actor, now, "inventory.coverage",
                           audit::object_of("inventory", organisation->value), organisation,
                           domain::audit::Outcome::done,
                           {{"mitigations", input.mitigations.size()}, {"components", input.components.size()}}));
    return ok();
  });
}

}  // namespace tocsin::engine::threat
