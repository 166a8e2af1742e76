#include "formats/vex/claims.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/purl/purl.hpp"

namespace tocsin::formats::vex {
namespace {

using boost::json::array;
using boost::json::object;
using csaf::ProductStatus;

std::optional<Status> status_of(ProductStatus status) noexcept {
  switch (status) {
    case ProductStatus::known_affected:
    case ProductStatus::first_affected:
    case ProductStatus::last_affected:
      return Status::affected;
    case ProductStatus::known_not_affected:
      return Status::not_affected;
    case ProductStatus::fixed:
    case ProductStatus::first_fixed:
      return Status::fixed;
    case ProductStatus::under_investigation:
      return Status::under_investigation;
    case ProductStatus::recommended:
    case ProductStatus::unknown:
      break;
  }
  return std::nullopt;
}

std::string in_words(std::string_view name) {
  std::string text{name};
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string action_of(const csaf::Remediation& remediation) {
  std::string text = fmt::format("{}: {}", in_words(to_string(remediation.category)), remediation.details);
  if (!remediation.url.empty()) text += fmt::format(" {}", remediation.url);
  return text;
}

void append_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

/// "GHSA-ab12-..." -> "GHSA".
std::string system_of(std::string_view name) {
  const auto dash = name.find('-');
  return dash == std::string_view::npos || dash == 0 ? "Vulnerability name" : std::string{name.substr(0, dash)};
}

std::string_view list_of(Status status) noexcept {
  switch (status) {
    case Status::affected:
      return "known_affected";
    case Status::not_affected:
      return "known_not_affected";
    case Status::fixed:
      return "fixed";
    case Status::under_investigation:
      break;
  }
  return "under_investigation";
}

std::string product_id(std::size_t position) { return fmt::format("P-{}", position + 1); }

/// Product ids by a text that they share, in the order of the first.
class Shared {
 public:
  void add(const std::string& text, const std::string& id) {
    const auto at = known_.try_emplace(text, rows_.size()).first->second;
    if (at == rows_.size()) rows_.emplace_back(text, array{});
    rows_[at].second.emplace_back(id);
  }
  std::vector<std::pair<std::string, array>>& rows() noexcept { return rows_; }

 private:
  std::vector<std::pair<std::string, array>> rows_;
  HashMap<std::string, std::size_t> known_;
};

object vulnerability_object(const SourceVulnerability& source, const std::string& format) {
  object made;
  array ids;
  std::string cve;
  std::vector<std::string> names{source.name};
  names.insert(names.end(), source.aliases.begin(), source.aliases.end());
  HashSet<std::string> seen;
  for (const auto& name : names) {
    if (!seen.insert(name).second || text::trim(name).empty()) continue;
    if (cve.empty() && is_cve(name)) {
      cve = name;
    } else {
      ids.push_back(object{{"system_name", system_of(name)}, {"text", name}});
    }
  }
  if (!cve.empty()) made["cve"] = cve;
  Shared flags, impacts, actions;
  std::map<Status, array> lists;
  for (const auto& [position, claim] : source.claims) {
    const auto id = product_id(position);
    lists[claim.status].emplace_back(id);
    if (claim.status == Status::not_affected) {
      if (!claim.justification.empty()) flags.add(claim.justification, id);
      if (!claim.impact.empty() || claim.justification.empty()) {
        impacts.add(claim.impact.empty() ? fmt::format("The {} document gives no reason.", format) : claim.impact, id);
      }
    } else if (claim.status == Status::affected) {
      actions.add(claim.action, id);
    }
  }
  if (!flags.rows().empty()) {
    auto& list = made["flags"].emplace_array();
    for (auto& [label, products] : flags.rows()) {
      list.push_back(object{{"label", label}, {"product_ids", std::move(products)}});
    }
  }
  if (!ids.empty()) made["ids"] = std::move(ids);
  made["notes"] = array{object{
      {"category", "description"},
      {"text", source.description.empty() ? fmt::format("The {} document does not describe {}.", format, source.name)
                                          : source.description}}};
  auto& statuses = made["product_status"].emplace_object();
  for (auto& [status, list] : lists) statuses[list_of(status)] = std::move(list);
  if (!actions.rows().empty()) {
    auto& list = made["remediations"].emplace_array();
    for (auto& [action, products] : actions.rows()) {
      // The other formats do not say what kind of remedy it is; to call it a fix would promise too much.
      const bool none = action.empty();
      list.push_back(object{{"category", none ? "none_available" : "mitigation"},
                            {"details", none ? fmt::format("The {} document gives no action.", format) : action},
                            {"product_ids", std::move(products)}});
    }
  }
  if (!impacts.rows().empty()) {
    auto& list = made["threats"].emplace_array();
    for (auto& [impact, products] : impacts.rows()) {
      list.push_back(object{{"category", "impact"}, {"details", impact}, {"product_ids", std::move(products)}});
    }
  }
  return made;
}

object product_object(const SourceProduct& source, std::size_t position, std::vector<Loss>& losses) {
  object product{{"name", source.name.empty() ? product_id(position) : source.name},
                 {"product_id", product_id(position)}};
  object helper;
  const auto lost = [&](std::string_view what, const std::string& value) {
    losses.push_back({"", tr<"{} '{}' of product '{}' is not well-formed">(what, text::shorten(value, 80),
                                                                           text::shorten(source.name, 80))});
  };
  if (!source.cpe.empty()) {
    if (cpe::parse(source.cpe)) {
      helper["cpe"] = source.cpe;
    } else {
      lost("CPE", source.cpe);
    }
  }
  if (!source.purl.empty()) {
    if (const auto purl = purl::parse(source.purl)) {
      helper["purls"] = array{boost::json::string{purl::to_text(*purl)}};
    } else {
      lost(tr<"package URL">(), source.purl);
    }
  }
  if (!helper.empty()) product["product_identification_helper"] = std::move(helper);
  return product;
}

}  // namespace

tocsin::Status Budget::take(std::size_t bytes) {
  if (bytes > left_) return Error::too_large("the converted document", kBytesMax);
  left_ -= bytes;
  return ok();
}

std::vector<std::size_t> ByProduct::of(std::string_view id) const {
  auto all = of_all_;
  if (const auto found = at_.find(id); found != at_.end()) {
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool is_cve(std::string_view text) noexcept {
  if (!text.starts_with("CVE-") || text.size() < 13 || text[8] != '-') return false;
  const auto digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char each) { return each >= '0' && each <= '9'; });
  };
  return digits(text.substr(4, 4)) && digits(text.substr(9));
}

std::string name_of(const csaf::Vulnerability& vulnerability) {
  if (!vulnerability.cve.empty()) return vulnerability.cve;
  return vulnerability.ids.empty() ? vulnerability.title : vulnerability.ids[0].second;
}

std::vector<std::string> aliases_of(const csaf::Vulnerability& vulnerability) {
  std::vector<std::string> aliases;
  const auto name = name_of(vulnerability);
  HashSet<std::string_view> seen{name};
  for (const auto& [system, id] : vulnerability.ids) {
    if (!id.empty() && seen.insert(id).second) aliases.push_back(id);
  }
  return aliases;
}

std::string description_of(const csaf::Vulnerability& vulnerability) {
  for (const std::string_view category : {"description", "summary", "details"}) {
    for (const auto& note : vulnerability.notes) {
      if (note.category == category && !note.text.empty()) return note.text;
    }
  }
  return vulnerability.title;
}

Result<std::vector<ClaimGroup>> claims_of(const csaf::Vulnerability& vulnerability, const std::string& path,
                                          Budget& budget, std::vector<Loss>& losses) {
  const ByProduct remediations{vulnerability.remediations, [](const auto&) { return true; }};
  const ByProduct impacts{vulnerability.threats, [](const auto& each) { return each.category == "impact"; }};
  const ByProduct flags{vulnerability.flags, [](const auto&) { return true; }};
  std::vector<ClaimGroup> groups;
  HashMap<std::string, std::size_t> known;
  std::array<HashSet<std::string_view>, kStatuses> seen;
  bool several_flags = false, no_reason = false, no_action = false;
  for (const auto& list : vulnerability.statuses) {
    const auto status = status_of(list.status);
    if (!status) {
      const auto products = static_cast<long long>(list.product_ids.size());
      losses.push_back({fmt::format("{}/product_status/{}", path, to_string(list.status)),
                        trn<"status {} of {} product", "status {} of {} products">(products, to_string(list.status),
                                                                                   text::thousands(products))});
      continue;
    }
    for (const auto& id : list.product_ids) {
      if (!seen[static_cast<std::size_t>(*status)].insert(id).second) continue;
      const auto of_remediations = *status == Status::affected ? remediations.of(id) : std::vector<std::size_t>{};
      const auto of_impacts = *status == Status::not_affected ? impacts.of(id) : std::vector<std::size_t>{};
      const auto of_flags = *status == Status::not_affected ? flags.of(id) : std::vector<std::size_t>{};
      several_flags = several_flags || of_flags.size() > 1;
      no_reason = no_reason || (*status == Status::not_affected && of_flags.empty() && of_impacts.empty());
      no_action = no_action || (*status == Status::affected && of_remediations.empty());
      const auto key = fmt::format("{}|{}|{}|{}", static_cast<int>(*status), fmt::join(of_remediations, ","),
                                   fmt::join(of_impacts, ","), fmt::join(of_flags, ","));
      const auto at = known.try_emplace(key, groups.size()).first->second;
      if (at == groups.size()) {
        auto& claim = groups.emplace_back().claim;
        claim.status = *status;
        if (!of_flags.empty()) claim.justification = vulnerability.flags[of_flags[0]].label;
        for (const auto each : of_impacts) {
          TRY_VOID(budget.take(vulnerability.threats[each].details.size()));
          append_line(claim.impact, vulnerability.threats[each].details);
        }
        for (const auto each : of_remediations) {
          TRY_VOID(budget.take(vulnerability.remediations[each].details.size() +
                               vulnerability.remediations[each].url.size()));
          append_line(claim.action, action_of(vulnerability.remediations[each]));
          claim.remedies.push_back(vulnerability.remediations[each].category);
        }
      }
      groups[at].product_ids.push_back(id);
    }
  }
  if (several_flags) losses.push_back({path + "/flags", std::string{tr<"all flags of a product but the first">()}});
  if (no_reason)
    losses.push_back(
        {path + "/product_status/known_not_affected", std::string{tr<"a reason: the advisory gives none">()}});
  if (no_action)
    losses.push_back(
        {path + "/product_status/known_affected", std::string{tr<"an action: the advisory gives none">()}});
  return groups;
}

void tell_common_losses(const csaf::Advisory& advisory, std::vector<Loss>& losses) {
  const auto tell = [&](bool lost, std::string_view path, std::string_view what) {
    if (lost) losses.push_back({std::string{path}, std::string{what}});
  };
  tell(!advisory.notes.empty(), "/document/notes", tr<"notes on the document">());
  tell(!advisory.references.empty(), "/document/references", tr<"references of the document">());
  tell(!advisory.acknowledgments.empty(), "/document/acknowledgments", tr<"acknowledgments of the document">());
  tell(!advisory.distribution_text.empty(), "/document/distribution/text", tr<"terms of distribution">());
  tell(!advisory.aggregate_severity.empty(), "/document/aggregate_severity", tr<"aggregate severity">());
  tell(advisory.history.size() > 1, "/document/tracking/revision_history", tr<"revision history">());
  tell(!advisory.groups.empty(), "/product_tree/product_groups", tr<"product groups">());
  bool ranges = false, numbers = false;
  for (const auto& product : advisory.products) {
    ranges = ranges || product.version_is_range;
    numbers = numbers || !product.model_numbers.empty() || !product.skus.empty() || !product.serial_numbers.empty();
  }
  tell(ranges, "/product_tree/branches", tr<"version ranges, other than as a text or a part of an identifier">());
  tell(numbers, "/product_tree", tr<"model numbers, SKUs and serial numbers">());
  const auto vulnerabilities = [&](auto lost, std::string_view member, std::string_view what) {
    for (std::size_t at = 0; at < advisory.vulnerabilities.size(); ++at) {
      if (!lost(advisory.vulnerabilities[at])) continue;
      losses.push_back({fmt::format("/vulnerabilities/{}/{}", at, member), std::string{what}});
      return;
    }
  };
  vulnerabilities([](const auto& each) { return each.notes.size() > 1; }, "notes",
                  tr<"notes on vulnerabilities besides the description">());
  vulnerabilities(
      [](const auto& each) {
        return std::any_of(each.threats.begin(), each.threats.end(),
                           [](const auto& threat) { return threat.category != "impact"; });
      },
      "threats", tr<"threats other than the impact">());
  vulnerabilities([](const auto& each) { return !each.involvements.empty(); }, "involvements", tr<"involvements">());
  vulnerabilities([](const auto& each) { return each.epss.has_value(); }, "metrics", "EPSS");
  vulnerabilities([](const auto& each) { return each.first_known_exploitation.has_value(); },
                  "first_known_exploitation_dates", tr<"dates of exploitation">());
  vulnerabilities(
      [](const auto& each) {
        return std::any_of(each.remediations.begin(), each.remediations.end(), [](const auto& remediation) {
          return remediation.date || !remediation.entitlements.empty() || !remediation.restart_required.empty();
        });
      },
      "remediations", tr<"dates, entitlements and restarts of remediations">());
}

Result<Made> to_csaf_vex(Source source, const Origin& origin) {
  if (!origin.tracking_id.empty()) source.id = origin.tracking_id;
  if (!origin.publisher.empty()) source.author = origin.publisher;
  if (!origin.publisher_namespace.empty()) source.author_namespace = origin.publisher_namespace;
  if (source.id.empty())
    return Error::invalid(std::string{tr<"says no identifier, which CSAF needs as tracking id; --id gives one">()});
  if (source.author.empty())
    return Error::invalid(std::string{tr<"names no author, whom CSAF needs as publisher; --publisher names one">()});
  if (source.author_namespace.empty())
    return Error::invalid(
        std::string{tr<"says no address of its author, which CSAF needs as namespace; --namespace gives one">()});
  Made made;
  made.losses = std::move(source.losses);
  if (source.tlp_label.empty()) {
    made.losses.push_back({"", tr<"{} says nothing of its distribution: it became TLP:CLEAR">(source.format)});
    source.tlp_label = "CLEAR";
  }
  source.updated = std::max(source.updated, source.issued);
  const bool changed = source.updated > source.issued;
  const auto issued = format_rfc3339(source.issued);
  const auto updated = format_rfc3339(source.updated);
  array history{
      object{{"date", issued}, {"number", "1"}, {"summary", fmt::format("First issued as {}.", source.format)}}};
  if (changed) history.push_back(object{{"date", updated}, {"number", "2"}, {"summary", "Last change of the source."}});
  const object document{
      {"category", "csaf_vex"},
      {"csaf_version", "2.1"},
      {"distribution", {{"tlp", {{"label", source.tlp_label}}}}},
      {"notes", array{object{{"category", "general"},
                             {"text", fmt::format("Made from the {} document {}, version {}.", source.format, source.id,
                                                  source.version)},
                             {"title", "Source"}}}},
      {"publisher", {{"category", "other"}, {"name", source.author}, {"namespace", source.author_namespace}}},
      {"title", source.title},
      {"tracking",
       {{"current_release_date", updated},
        {"id", text::squeeze(source.id)},
        {"initial_release_date", issued},
        {"revision_history", std::move(history)},
        {"status", "final"},
        {"version", changed ? "2" : "1"}}}};
  array vulnerabilities;
  std::vector<bool> used(source.products.size());
  for (const auto& each : source.vulnerabilities) {
    if (each.claims.empty()) continue;
    for (const auto& [position, claim] : each.claims) used.at(position) = true;
    vulnerabilities.push_back(vulnerability_object(each, source.format));
  }
  if (vulnerabilities.empty())
    return Error::invalid(std::string{tr<"makes no statement on the status of a product">()});
  array products;
  for (std::size_t at = 0; at < source.products.size(); ++at) {
    if (used[at]) products.push_back(product_object(source.products[at], at, made.losses));
  }
  made.document = object{{"$schema", "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"},
                         {"document", document},
                         {"product_tree", {{"full_product_names", std::move(products)}}},
                         {"vulnerabilities", std::move(vulnerabilities)}};
  csaf::Validator validator;
  for (const auto& finding : validator.validate(json::write(made.document)).findings) {
    return Error::invalid(tr<"cannot become a valid CSAF 2.1 document: {} ({})">(sentence_of(finding), finding.test),
                          finding.path);
  }
  return made;
}

}  // namespace tocsin::formats::vex
