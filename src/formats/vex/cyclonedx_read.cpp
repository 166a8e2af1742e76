#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/vex/claims.hpp"
#include "formats/vex/cyclonedx.hpp"
#include "formats/vex/cyclonedx_names.hpp"

namespace tocsin::formats::vex {
namespace {

using boost::json::value;
using json::array_at;
using json::find;
using json::string_at;

class FromCycloneDx {
 public:
  FromCycloneDx(const value& root, const Origin& origin) : root_(root), origin_(origin) {}

  Result<Made> make() {
    source_.format = "CycloneDX";
    const auto serial = string_at(root_, "serialNumber");
    const auto* version = find(root_, "version");
    source_.version = version == nullptr ? "1" : json::write(*version);
    TRY_VOID(read_metadata(serial));
    for (const auto& component : array_at(root_, "components")) read_component(component);
    while (!pending_.empty()) {  // Components of components, without recursion: nesting is the document's choice.
      const auto* parent = pending_.back();
      pending_.pop_back();
      for (const auto& component : array_at(*parent, "components")) read_component(component);
    }
    const auto& list = array_at(root_, "vulnerabilities");
    for (std::size_t at = 0; at < list.size(); ++at) TRY_VOID(read_vulnerability(list[at], at));
    return to_csaf_vex(std::move(source_), origin_);
  }

 private:
  tocsin::Status read_metadata(std::string_view serial) {
    static const value kNone;
    const auto* metadata = find(root_, "metadata");
    const auto& from = metadata == nullptr ? kNone : *metadata;
    const auto timestamp = string_at(from, "timestamp");
    if (timestamp.empty()) {
      source_.issued = source_.updated = origin_.now;
      source_.losses.push_back(
          {"/metadata", std::string{tr<"the BOM says no moment: that of the conversion was taken">()}});
    } else {
      const auto time = parse_rfc3339(timestamp);
      if (!time)
        return Error::invalid(std::string{tr<"timestamp is no date-time of RFC 3339">()}, "/metadata/timestamp");
      source_.issued = source_.updated = *time;
    }
    for (const auto& each : array_at(from, "properties")) {
      const auto name = string_at(each, "name");
      const auto text = text::trim(string_at(each, "value"));
      if (name == kTitle) source_.title = text;
      if (name == kTrackingId) source_.id = text;
      if (name == kTlp) source_.tlp_label = tlp_2_0(text);
    }
    for (const auto* member : {"supplier", "manufacturer", "manufacture"}) {
      const auto* who = find(from, member);
      if (who == nullptr || !source_.author.empty()) continue;
      source_.author = text::trim(string_at(*who, "name"));
      const auto& urls = array_at(*who, "url");
      if (!urls.empty() && urls[0].is_string()) source_.author_namespace = std::string_view{urls[0].get_string()};
    }
    for (const auto& each : array_at(from, "authors")) {
      if (source_.author.empty()) source_.author = text::trim(string_at(each, "name"));
    }
    if (const auto* component = find(from, "component"); component != nullptr) {
      if (source_.author.empty()) source_.author = text::trim(string_at(*component, "publisher"));
      read_component(*component);
    }
    if (source_.author_namespace.empty()) source_.author_namespace = serial;
    if (source_.id.empty()) source_.id = serial;
    if (source_.title.empty()) source_.title = fmt::format("VEX document {}", source_.id);
    return ok();
  }

  /// TLP 1.0's label has another name in 2.0.
  static std::string tlp_2_0(std::string_view label) {
    if (label == "WHITE") return "CLEAR";
    for (const std::string_view known : {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}) {
      if (label == known) return std::string{label};
    }
    return {};
  }

  void read_component(const value& component) {
    const auto ref = string_at(component, "bom-ref");
    if (!array_at(component, "components").empty()) pending_.push_back(&component);
    if (ref.empty()) return;
    SourceProduct product;
    const auto group = string_at(component, "group");
    const auto name = string_at(component, "name");
    const auto version = string_at(component, "version");
    product.name = fmt::format("{}{}{}", group, group.empty() ? "" : "/", name);
    // Our own names of products end in their version already.
    if (!version.empty() && !product.name.ends_with(version)) product.name += fmt::format(" {}", version);
    product.purl = string_at(component, "purl");
    product.cpe = string_at(component, "cpe");
    known_.try_emplace(std::string{ref}, std::move(product));
  }

  /// A product of the CSAF document: a component, or one of the versions of it that `affects` names.
  std::size_t position_of(std::string_view ref, std::string_view version) {
    const auto key = fmt::format("{}\n{}", ref, version);
    const auto [place, is_new] = products_.try_emplace(key, source_.products.size());
    if (!is_new) return place->second;
    SourceProduct product;
    if (const auto found = known_.find(std::string{ref}); found != known_.end()) {
      product = found->second;
    } else {
      product.name = ref;  // A component of another BOM.
    }
    if (!version.empty()) {
      product.name += fmt::format(" {}", version);
      product.purl.clear();  // They name the component's version, not this one.
      product.cpe.clear();
    }
    source_.products.push_back(std::move(product));
    return place->second;
  }

  tocsin::Status read_vulnerability(const value& from, std::size_t at) {
    const auto path = fmt::format("/vulnerabilities/{}", at);
    const auto lost = [&](std::string_view member, std::string_view what) {
      source_.losses.push_back({fmt::format("{}/{}", path, member), std::string{what}});
    };
    const auto name = text::trim(string_at(from, "id"));
    if (name.empty()) {
      lost("id", tr<"a vulnerability without an id">());
      return ok();
    }
    const auto* analysis = find(from, "analysis");
    const auto status = analysis == nullptr ? std::nullopt : status_of(string_at(*analysis, "state"));
    if (!status) {
      lost("analysis", tr<"{}: without a state of its analysis it is no VEX statement">(name));
      return ok();
    }
    Claim claim;
    claim.status = *status;
    const auto justification = string_at(*analysis, "justification");
    claim.justification = flag_of(justification);
    const auto detail = text::trim(string_at(*analysis, "detail"));
    if (claim.status == Status::not_affected) {
      claim.impact = detail;
      if (string_at(*analysis, "state") == "false_positive") prepend(claim.impact, "false positive");
      if (!justification.empty() && claim.justification.empty()) prepend(claim.impact, justification);
    } else if (!detail.empty() && claim.status != Status::affected) {
      lost("analysis/detail", tr<"detail of the analysis">());
    }
    if (claim.status == Status::affected) claim.action = action_of(from, *analysis, detail);
    for (const auto* member : {"ratings", "cwes", "advisories", "credits", "proofOfConcept", "tools", "detail",
                               "properties", "created", "published", "updated", "rejected"}) {
      if (find(from, member) != nullptr) lost(member, member);
    }
    auto& known = vulnerability_named(name, from);
    const auto& affects = array_at(from, "affects");
    if (affects.empty()) lost("affects", tr<"a statement that names no product">());
    for (const auto& each : affects) {
      const auto ref = string_at(each, "ref");
      if (ref.empty()) continue;
      const auto& versions = array_at(each, "versions");
      if (versions.empty()) add(known, position_of(ref, ""), claim);
      for (const auto& version : versions) {
        auto text = string_at(version, "version");
        if (text.empty()) text = string_at(version, "range");
        add(known, position_of(ref, text), of_version(claim, string_at(version, "status")));
      }
    }
    return ok();
  }

  /// What the entry says holds for its affected versions; the others are told apart by their own status.
  static Claim of_version(const Claim& claim, std::string_view status) {
    if (status == "unaffected" && claim.status != Status::fixed) {
      Claim made;
      made.status = Status::not_affected;
      made.impact = "This version is listed as unaffected.";
      return made;
    }
    if (status != "unknown") return claim;
    Claim made;
    made.status = Status::under_investigation;
    return made;
  }

  static void prepend(std::string& text, std::string_view words) {
    std::string front{words};
    std::replace(front.begin(), front.end(), '_', ' ');
    text = text.empty() ? front : fmt::format("{}: {}", front, text);
  }

  static std::string action_of(const value& from, const value& analysis, std::string_view detail) {
    std::string action;
    const auto append = [&](std::string_view line) {
      if (line.empty()) return;
      if (!action.empty()) action += '\n';
      action += line;
    };
    append(text::trim(string_at(from, "recommendation")));
    append(text::trim(string_at(from, "workaround")));
    append(detail);
    if (!action.empty()) return action;
    for (const auto& response : array_at(analysis, "response")) {
      if (!response.is_string()) continue;
      std::string words{std::string_view{response.get_string()}};
      std::replace(words.begin(), words.end(), '_', ' ');
      append(words);
    }
    return action;
  }

  SourceVulnerability& vulnerability_named(std::string_view name, const value& from) {
    const auto at = vulnerabilities_.try_emplace(std::string{name}, source_.vulnerabilities.size()).first->second;
    if (at == source_.vulnerabilities.size()) {
      auto& made = source_.vulnerabilities.emplace_back();
      made.name = name;
      for (const auto& reference : array_at(from, "references")) {
        // Another CVE is another vulnerability, related or not.
        const auto id = string_at(reference, "id");
        if (!is_cve(id)) made.aliases.emplace_back(id);
      }
    }
    auto& made = source_.vulnerabilities[at];
    if (made.description.empty()) made.description = text::trim(string_at(from, "description"));
    return made;
  }

  /// Of two statements on one product the worse counts: CycloneDX gives them no order.
  void add(SourceVulnerability& vulnerability, std::size_t product, const Claim& claim) {
    const auto [place, is_new] = vulnerability.claims.try_emplace(product, claim);
    if (is_new || place->second == claim) return;
    source_.losses.push_back({"/vulnerabilities", tr<"the milder of two statements on {} and {}">(
                                                      vulnerability.name, source_.products[product].name)});
    const auto rank = [](Status status) {
      return status == Status::affected              ? 3
             : status == Status::under_investigation ? 2
             : status == Status::fixed               ? 0
                                                     : 1;
    };
    if (rank(claim.status) > rank(place->second.status)) place->second = claim;
  }

  const value& root_;
  const Origin& origin_;
  Source source_;
  std::vector<const value*> pending_;
  HashMap<std::string, SourceProduct> known_;  ///< Components by bom-ref.
  HashMap<std::string, std::size_t> products_, vulnerabilities_;
};

}  // namespace

Result<Made> from_cyclonedx_vex(const value& root, const Origin& origin) { return FromCycloneDx{root, origin}.make(); }

}  // namespace tocsin::formats::vex
