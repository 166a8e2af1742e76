#include "formats/vex/cyclonedx.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "formats/vex/claims.hpp"

namespace tocsin::formats::vex {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using csaf::RemediationCategory;
using json::array_at;
using json::find;
using json::string_at;

constexpr std::string_view kTitle = "csaf:document:title";
constexpr std::string_view kTrackingId = "csaf:document:tracking:id";
constexpr std::string_view kTrackingVersion = "csaf:document:tracking:version";
constexpr std::string_view kTlp = "csaf:document:distribution:tlp:label";

/// CSAF's flags as CycloneDX's justifications; empty where none says the same.
std::string_view justification_of(std::string_view flag) noexcept {
  if (flag == "component_not_present" || flag == "vulnerable_code_not_present") return "code_not_present";
  if (flag == "vulnerable_code_not_in_execute_path") return "code_not_reachable";
  if (flag == "inline_mitigations_already_exist") return "protected_by_mitigating_control";
  return "";
}

/// And back.
std::string_view flag_of(std::string_view justification) noexcept {
  if (justification == "code_not_present") return "vulnerable_code_not_present";
  if (justification == "code_not_reachable") return "vulnerable_code_not_in_execute_path";
  if (justification.starts_with("protected_")) return "inline_mitigations_already_exist";
  return "";
}

std::string_view state_of(Status status) noexcept {
  switch (status) {
    case Status::affected:
      return "exploitable";
    case Status::not_affected:
      return "not_affected";
    case Status::fixed:
      return "resolved";
    case Status::under_investigation:
      break;
  }
  return "in_triage";
}

std::optional<Status> status_of(std::string_view state) noexcept {
  if (state == "exploitable") return Status::affected;
  if (state == "not_affected" || state == "false_positive") return Status::not_affected;
  if (state == "resolved" || state == "resolved_with_pedigree") return Status::fixed;
  if (state == "in_triage") return Status::under_investigation;
  return std::nullopt;
}

std::string_view response_of(RemediationCategory category) noexcept {
  switch (category) {
    case RemediationCategory::vendor_fix:
    case RemediationCategory::optional_patch:
      return "update";
    case RemediationCategory::workaround:
    case RemediationCategory::mitigation:
      return "workaround_available";
    case RemediationCategory::no_fix_planned:
      return "will_not_fix";
    case RemediationCategory::fix_planned:
    case RemediationCategory::none_available:  // None today is not none ever, as "can_not_fix" would say.
      break;
  }
  return "";
}

std::string_view method_of(cvss::Version version) noexcept {
  switch (version) {
    case cvss::Version::v2_0:
      return "CVSSv2";
    case cvss::Version::v3_0:
      return "CVSSv3";
    case cvss::Version::v3_1:
      return "CVSSv31";
    case cvss::Version::v4_0:
      break;
  }
  return "CVSSv4";
}

/// A UUID of version 8 (RFC 9562), always the same for the same text: the same advisory is the same BOM.
std::string uuid_of(std::string_view text) {
  auto hex = sha256_hex(text).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

int version_number(std::string_view tracking_version) noexcept {
  int number = 0;
  std::from_chars(tracking_version.data(), tracking_version.data() + tracking_version.size(), number);
  return std::max(number, 1);
}

object property(std::string_view name, std::string_view text) { return {{"name", name}, {"value", text}}; }

class ToCycloneDx {
 public:
  explicit ToCycloneDx(const csaf::Advisory& advisory) : advisory_(advisory) {
    for (const auto& product : advisory.products) by_id_.emplace(product.id, &product);
  }

  Result<Made> make() {
    array vulnerabilities;
    for (std::size_t at = 0; at < advisory_.vulnerabilities.size(); ++at) TRY_VOID(append(vulnerabilities, at));
    if (vulnerabilities.empty()) return Error::invalid("gives no product a status that CycloneDX has");
    const auto& header = advisory_.header;
    array components;
    for (const auto& id : used_) components.push_back(component(id));
    object metadata{{"timestamp", format_rfc3339(header.current_release_date)}};
    auto& supplier = metadata["supplier"].emplace_object();
    supplier["name"] = header.publisher_name;
    supplier["url"].emplace_array().emplace_back(header.publisher_namespace);
    auto& properties = metadata["properties"].emplace_array();
    properties.push_back(property(kTitle, header.title));
    properties.push_back(property(kTrackingId, header.tracking_id));
    properties.push_back(property(kTrackingVersion, header.tracking_version));
    if (!header.tlp_label.empty()) properties.push_back(property(kTlp, header.tlp_label));
    tell_losses();
    made_.document = object{
        {"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
        {"bomFormat", "CycloneDX"},
        {"specVersion", "1.6"},
        {"serialNumber", "urn:uuid:" + uuid_of(fmt::format("{}\n{}", header.publisher_namespace, header.tracking_id))},
        {"version", version_number(header.tracking_version)},
        {"metadata", std::move(metadata)},
        {"components", std::move(components)},
        {"vulnerabilities", std::move(vulnerabilities)}};
    return std::move(made_);
  }

 private:
  tocsin::Status append(array& list, std::size_t at) {
    const auto& vulnerability = advisory_.vulnerabilities[at];
    const auto path = fmt::format("/vulnerabilities/{}", at);
    const auto name = name_of(vulnerability);
    if (name.empty()) {
      made_.losses.push_back({path, "a vulnerability without any name"});
      return ok();
    }
    TRY(const auto groups, claims_of(vulnerability, path, budget_, made_.losses));
    const auto common = described(vulnerability, name);
    const auto common_bytes = json::write(common).size();
    const ByProduct scores{vulnerability.scores, [](const auto&) { return true; }};
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const auto& [claim, product_ids] = groups[group];
      TRY_VOID(budget_.take(common_bytes));
      auto made = common;
      auto rated = ratings(vulnerability, scores, product_ids);
      if (!rated.empty()) made["ratings"] = std::move(rated);
      made["bom-ref"] = fmt::format("vulnerability-{}-{}", at + 1, group + 1);
      if (!claim.action.empty()) made["recommendation"] = claim.action;
      made["analysis"] = analysis(claim, path);
      auto& affects = made["affects"].emplace_array();
      for (const auto& id : product_ids) {
        affects.push_back(object{{"ref", id}});
        if (seen_.insert(id).second) used_.push_back(id);
      }
      list.push_back(std::move(made));
    }
    return ok();
  }

  object analysis(const Claim& claim, const std::string& path) {
    object made{{"state", state_of(claim.status)}};
    auto detail = claim.impact;
    if (!claim.justification.empty()) {
      const auto justification = justification_of(claim.justification);
      if (!justification.empty()) made["justification"] = justification;
      if (flag_of(justification) != claim.justification) {
        made_.losses.push_back({path + "/flags", fmt::format("flag {}, other than in words", claim.justification)});
        detail = fmt::format("{}{}{}", claim.justification, detail.empty() ? "" : ": ", detail);
      }
    }
    array responses;
    HashSet<std::string_view> seen;
    for (const auto category : claim.remedies) {
      const auto response = response_of(category);
      if (!response.empty() && seen.insert(response).second) responses.emplace_back(response);
    }
    if (!responses.empty()) made["response"] = std::move(responses);
    if (!detail.empty()) made["detail"] = detail;
    return made;
  }

  /// The scores of these products, not those of others.
  static array ratings(const csaf::Vulnerability& vulnerability, const ByProduct& scores,
                       const std::vector<std::string>& product_ids) {
    std::set<std::size_t> wanted;
    for (const auto& id : product_ids) {
      for (const auto each : scores.of(id)) wanted.insert(each);
    }
    array made;
    for (const auto each : wanted) {
      const auto& score = vulnerability.scores[each];
      made.push_back(object{{"score", score.base_tenths / 10.0},
                            {"severity", cvss::to_string(score.severity)},
                            {"method", method_of(score.version)},
                            {"vector", score.vector}});
    }
    return made;
  }

  /// All but what depends on the products.
  static object described(const csaf::Vulnerability& vulnerability, const std::string& name) {
    object made{{"id", name}};
    if (is_cve(name)) made["source"] = object{{"name", "CVE"}, {"url", "https://www.cve.org/CVERecord?id=" + name}};
    array references;
    for (const auto& [system, id] : vulnerability.ids) {
      if (id != name) references.push_back(object{{"id", id}, {"source", {{"name", system}}}});
    }
    if (!references.empty()) made["references"] = std::move(references);
    array cwes;
    for (const auto& cwe : vulnerability.cwes) {
      int number = 0;
      if (!cwe.id.starts_with("CWE-")) continue;
      std::from_chars(cwe.id.data() + 4, cwe.id.data() + cwe.id.size(), number);
      if (number > 0) cwes.emplace_back(number);
    }
    if (!cwes.empty()) made["cwes"] = std::move(cwes);
    if (auto description = description_of(vulnerability); !description.empty()) made["description"] = description;
    array advisories;
    for (const auto& each : vulnerability.references) {
      if (!each.url.empty()) advisories.push_back(object{{"title", each.summary}, {"url", each.url}});
    }
    if (!advisories.empty()) made["advisories"] = std::move(advisories);
    if (vulnerability.release_date) made["published"] = format_rfc3339(*vulnerability.release_date);
    array people, organizations;
    for (const auto& each : vulnerability.acknowledgments) {
      for (const auto& person : each.names) people.push_back(object{{"name", person}});
      if (!each.organization.empty()) organizations.push_back(object{{"name", each.organization}});
    }
    object credits;
    if (!organizations.empty()) credits["organizations"] = std::move(organizations);
    if (!people.empty()) credits["individuals"] = std::move(people);
    if (!credits.empty()) made["credits"] = std::move(credits);
    return made;
  }

  object component(const std::string& id) const {
    const auto found = by_id_.find(id);
    object made{{"type", "application"}, {"bom-ref", id}};
    if (found == by_id_.end()) {
      made["name"] = id;
      return made;
    }
    const auto& product = *found->second;
    if (!product.vendor.empty()) made["supplier"] = object{{"name", product.vendor}};
    made["name"] = product.name.empty() ? id : product.name;
    if (!product.version.empty() && !product.version_is_range) made["version"] = product.version;
    if (!product.cpe.empty()) made["cpe"] = product.cpe;
    if (!product.purls.empty()) made["purl"] = product.purls[0];
    return made;
  }

  void tell_losses() {
    auto& losses = made_.losses;
    const auto& header = advisory_.header;
    const auto& products = advisory_.products;
    if (header.initial_release_date != header.current_release_date) {
      losses.push_back({"/document/tracking/initial_release_date", "date of the first release"});
    }
    if (!header.tlp_label.empty()) {
      losses.push_back({"/document/distribution/tlp/label",
                        fmt::format("TLP label {}, other than as a property", header.tlp_label)});
    }
    if (std::any_of(products.begin(), products.end(), [](const auto& each) { return !each.relationship.empty(); })) {
      losses.push_back({"/product_tree", "relationships of products"});
    }
    if (std::any_of(products.begin(), products.end(), [](const auto& each) { return !each.hashes.empty(); })) {
      losses.push_back({"/product_tree", "hashes of files"});
    }
    if (std::any_of(products.begin(), products.end(), [](const auto& each) { return each.purls.size() > 1; })) {
      losses.push_back({"/product_tree", "all package URLs of a product but the first"});
    }
    tell_common_losses(advisory_, losses);
  }

  const csaf::Advisory& advisory_;
  HashMap<std::string_view, const csaf::Product*> by_id_;
  HashSet<std::string> seen_;
  std::vector<std::string> used_;  ///< Product ids, in the order of their first claim.
  Budget budget_;
  Made made_;
};

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
      source_.losses.push_back({"/metadata", "the BOM says no moment: that of the conversion was taken"});
    } else {
      const auto time = parse_rfc3339(timestamp);
      if (!time) return Error::invalid("timestamp is no date-time of RFC 3339", "/metadata/timestamp");
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
      lost("id", "a vulnerability without an id");
      return ok();
    }
    const auto* analysis = find(from, "analysis");
    const auto status = analysis == nullptr ? std::nullopt : status_of(string_at(*analysis, "state"));
    if (!status) {
      lost("analysis", fmt::format("{}: without a state of its analysis it is no VEX statement", name));
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
      lost("analysis/detail", "detail of the analysis");
    }
    if (claim.status == Status::affected) claim.action = action_of(from, *analysis, detail);
    for (const auto* member : {"ratings", "cwes", "advisories", "credits", "proofOfConcept", "tools", "detail",
                               "properties", "created", "published", "updated", "rejected"}) {
      if (find(from, member) != nullptr) lost(member, member);
    }
    auto& known = vulnerability_named(name, from);
    const auto& affects = array_at(from, "affects");
    if (affects.empty()) lost("affects", "a statement that names no product");
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
    source_.losses.push_back({"/vulnerabilities", fmt::format("the milder of two statements on {} and {}",
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

Result<Made> to_cyclonedx_vex(const csaf::Advisory& advisory) { return ToCycloneDx{advisory}.make(); }

Result<Made> from_cyclonedx_vex(const value& root, const Origin& origin) { return FromCycloneDx{root, origin}.make(); }

}  // namespace tocsin::formats::vex
