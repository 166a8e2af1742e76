#include "engine/threat/attack_view.hpp"

#include <fmt/format.h>

namespace tocsin::engine::threat {

using domain::policy::Viewer;

Result<MatrixView> look_at_matrix(store::Connection& connection, const Viewer& viewer, std::string_view domain,
                                  std::string_view by, Timestamp now) {
  MatrixView view;
  TRY(view.domains, domains(connection, viewer, now));
  if (!by.empty()) {
    TRY(view.by, find_attack_row(connection, viewer, by, now));
    if (!view.by) return Error::not_found("object of ATT&CK");
    TRY(view.used, techniques_of(connection, viewer, *view.by, now));
  }
  if (!domain.empty()) {
    TRY(view.matrix, matrix(connection, viewer, domain, now));
    if (!view.matrix) return Error::not_found("matrix of ATT&CK");
  } else {
    std::size_t most = 0;
    for (const auto& each : view.domains) {
      TRY(auto made, matrix(connection, viewer, each.id, now));
      if (!made) continue;
      std::size_t found = 0;
      each_technique(*made, [&](const Column&, const AttackRow& row) {
        if (view.used.contains(row.attack_id)) ++found;
      });
      if (!view.matrix || found > most) {
        most = found;
        view.matrix = std::move(made);
      }
      if (view.used.empty()) break;
    }
  }
  if (!view.matrix) return view;
  TRY(view.pickers, pickers(connection, viewer, view.matrix->domain, now));
  TRY(view.counts, mention_counts(connection, viewer, now));
  return view;
}

formats::attack::Layer layer_of(const MatrixView& view) {
  formats::attack::Layer out;
  const auto& domain = view.matrix->domain;
  out.domain = domain.id;
  out.attack_version = domain.version;
  out.name = view.by ? fmt::format("{} ({})", view.by->object.name, view.by->attack_id)
                     : fmt::format("{}: named in records", domain.name);
  out.description = "Scores: how many advisories and reports name the technique.";
  constexpr std::string_view kMark = "#6ec6d8";
  if (view.by) {
    out.description += fmt::format(" Coloured: what has to do with {}.", view.by->object.name);
    out.legend.push_back({.label = view.by->object.name, .color = std::string{kMark}});
  }
  std::set<std::string_view> told;
  each_technique(*view.matrix, [&](const Column&, const AttackRow& row) {
    const auto count = view.counts.find(row.attack_id);
    const bool used = view.used.contains(row.attack_id);
    if ((count == view.counts.end() && !used) || !told.insert(row.attack_id).second) return;
    formats::attack::LayerTechnique technique;
    technique.id = row.attack_id;
    if (count != view.counts.end()) technique.score = static_cast<double>(count->second);
    if (used) technique.color = kMark;
    out.techniques.push_back(std::move(technique));
  });
  return out;
}

}  // namespace tocsin::engine::threat
