#include "cli/match_writer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "formats/inventory/worksheet.hpp"

namespace tocsin::cli {
namespace {

namespace exposure = engine::exposure;
namespace inventory = formats::inventory;
using exposure::Action;
using exposure::Match;
using exposure::Status;

std::string asset_name(const inventory::Item& item) {
  for (const auto* text : {&item.key, &item.name, &item.product, &item.model, &item.family}) {
    if (!text->empty()) return *text;
  }
  return fmt::format("row {}", item.row);
}

boost::json::array texts(const std::vector<std::string>& all) {
  boost::json::array array;
  for (const auto& each : all) array.emplace_back(each);
  return array;
}

std::string joined(const std::vector<std::string>& all, std::string_view between) {
  std::string out;
  for (const auto& each : all) out.append(out.empty() ? "" : between).append(each);
  return out;
}

std::vector<std::string> column_names() {
  return {"row",     "asset",    "advisory", "status", "confidence",       "cves",
          "because", "question", "decision", "due",    "decision_because", "to_do"};
}

std::string file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string{slash == std::string_view::npos ? path : path.substr(slash + 1)};
}

boost::json::array controls_json(const std::vector<const exposure::Control*>& controls) {
  boost::json::array array;
  for (const auto* each : controls) {
    boost::json::object object;
    object["attack_ics"] = each->mitigation;
    object["name"] = each->name;
    if (!each->requirement.empty()) object["iec_62443_3_3"] = each->requirement;
    array.push_back(std::move(object));
  }
  return array;
}

void add_decision(boost::json::object& object, const exposure::Decision& decision) {
  object["decision"] = exposure::to_string(decision.action);
  object["decision_because"] = decision.because;
  if (decision.table.empty()) return;
  object["decision_table"] = decision.table;
  if (!decision.vulnerability.empty()) object["decision_vulnerability"] = decision.vulnerability;
  boost::json::array path;
  for (const auto& step : decision.path) {
    boost::json::object one;
    if (!step.point.empty()) one["point"] = step.point;
    one["name"] = step.name;
    one["value"] = step.value;
    one["value_name"] = step.in_words;
    one["because"] = step.because;
    one["assumed"] = step.assumed;
    path.push_back(std::move(one));
  }
  object["decision_path"] = std::move(path);
  if (decision.due) object["due"] = format_date(*decision.due);
  boost::json::array to_do;
  for (const auto& each : decision.to_do) {
    boost::json::object one;
    one["category"] = formats::csaf::to_string(each.category);
    one["text"] = each.text;
    if (!each.url.empty()) one["url"] = each.url;
    if (!each.controls.empty()) one["controls"] = controls_json(each.controls);
    to_do.push_back(std::move(one));
  }
  object["to_do"] = std::move(to_do);
  if (!decision.compensating.empty()) object["compensating_controls"] = controls_json(decision.compensating);
}

/// As many say how wide the columns of a worksheet are.
constexpr std::size_t kRowsAtOnce = 500;

}  // namespace

MatchWriter::MatchWriter(const MatchOptions& options, const Knowledge& knowledge)
    : options_(options),
      knowledge_(knowledge),
      today_(system_clock().now()),
      table_({{.title = "row", .right = true},
              {.title = "asset", .width_max = 40, .shrinks = true},
              {.title = "advisory"},
              {.title = "status"},
              {.title = "sure", .right = true},
              {.title = "decision"},
              {.title = "because", .width_max = 400, .shrinks = true}}) {
  if (options_.format == "csv") print(joined(column_names(), ",") + "\r\n");
  if (options_.format == "xlsx") sheet_.emplace(column_names(), "Exposure");
  exposure_.lists_all = options_.all;
}

std::string MatchWriter::json_line(const inventory::Item& item, const Match& match) const {
  boost::json::object object;
  object["row"] = item.row;
  object["asset"] = asset_name(item);
  object["advisory"] = knowledge_.matcher.id_of(match.advisory);
  object["product_ids"] = texts(match.product_ids);
  object["cves"] = texts(match.cves);
  object["status"] = exposure::to_string(match.status);
  object["confidence"] = std::round(match.confidence * 1000) / 1000;
  object["because"] = match.because;
  if (!match.question.empty()) object["question"] = match.question;
  add_decision(object, exposure::decide(match, item, knowledge_.facts[match.advisory], knowledge_.book,
                                        knowledge_.rules, today_));
  return json::write(object) + "\n";
}

void MatchWriter::tell(const inventory::Item& item, const Match& match) {
  if (options_.format == "json") return print(json_line(item, match));
  const auto& advisory = knowledge_.matcher.id_of(match.advisory);
  const bool told = options_.format == "html" || options_.all ||
                    (match.status != Status::fixed && match.status != Status::not_affected);
  if (!told) return;
  const auto decision =
      exposure::decide(match, item, knowledge_.facts[match.advisory], knowledge_.book, knowledge_.rules, today_);
  if (match.status == Status::affected) ++by_action_[static_cast<std::size_t>(decision.action)];
  if (options_.format == "html") {
    exposure_.lines.push_back({.row = item.row,
                               .asset = asset_name(item),
                               .site = item.site,
                               .address = item.addresses.empty() ? std::string{} : item.addresses.front(),
                               .advisory = advisory,
                               .decision = std::string{exposure::in_words(decision.action)},
                               .match = match});
    return;
  }
  if (options_.format == "csv" || options_.format == "xlsx") {
    std::string to_do;
    for (const auto& each : decision.to_do) {
      to_do += fmt::format("{}{}: {}{}{}", to_do.empty() ? "" : " | ", formats::csaf::to_string(each.category),
                           each.text, each.url.empty() ? "" : " ", each.url);
    }
    std::vector<std::string> cells = {std::to_string(item.row),
                                      asset_name(item),
                                      advisory,
                                      std::string{exposure::to_string(match.status)},
                                      fmt::format("{:.2f}", match.confidence),
                                      joined(match.cves, " "),
                                      match.because,
                                      match.question,
                                      std::string{exposure::to_string(decision.action)},
                                      decision.due ? format_date(*decision.due) : "",
                                      decision.because,
                                      std::move(to_do)};
    if (options_.format == "xlsx") {
      rows_.push_back(std::move(cells));
      if (rows_.size() == kRowsAtOnce) print_rows();
      return;
    }
    for (auto& cell : cells) cell = inventory::csv_cell(cell);
    return print(joined(cells, ",") + "\r\n");
  }
  table_.add({{std::to_string(item.row)},
              {safe_text(asset_name(item))},
              {safe_text(advisory)},
              {std::string{exposure::to_string(match.status)}},
              {fmt::format("{:.2f}", match.confidence)},
              {std::string{exposure::to_string(decision.action)}},
              {safe_text(match.question.empty() ? match.because : match.question)}});
}

void MatchWriter::print_rows() {
  if (!written_) return;
  auto bytes = sheet_->add(rows_);
  rows_.clear();
  if (bytes) {
    print(*bytes);
  } else {
    written_ = std::move(bytes).error();
  }
}

tocsin::Status MatchWriter::finish(std::size_t items, std::size_t affected) {
  if (options_.format == "html") {
    exposure_.made = today_;
    exposure_.inventory = options_.assets == "-" ? "standard input" : file_name(options_.assets);
    exposure_.assets = items;
    exposure_.advisories = knowledge_.matcher.advisories();
    print(portal::pages::exposure_file_html(std::move(exposure_)));
  }
  if (options_.format == "xlsx") {
    print_rows();
    TRY_VOID(written_);
    TRY(const auto bytes, sheet_->finish());
    print(bytes);
  }
  if (options_.format != "text") return ok();
  if (!table_.empty()) print(table_.text(output_width(), colours()));
  print(fmt::format("{} against {}: {} affected.\n", text::count_of(static_cast<long long>(items), "asset", "assets"),
                    text::count_of(static_cast<long long>(knowledge_.matcher.advisories()), "advisory", "advisories"),
                    text::thousands(static_cast<long long>(affected))));
  std::string parts;
  for (const auto action : {Action::act_now, Action::mitigate_now, Action::next_outage, Action::accept}) {
    const auto count = by_action_[static_cast<std::size_t>(action)];
    if (count == 0) continue;
    parts += fmt::format("{}{}: {}", parts.empty() ? "" : "; ", exposure::in_words(action),
                         text::thousands(static_cast<long long>(count)));
  }
  if (!parts.empty()) print(fmt::format("{} (by {}).\n", parts, knowledge_.rules.table().id()));
  return ok();
}

}  // namespace tocsin::cli
