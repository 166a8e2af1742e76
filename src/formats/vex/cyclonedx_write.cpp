#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "formats/vex/claims.hpp"
#include "formats/vex/cyclonedx.hpp"
#include "formats/vex/cyclonedx_names.hpp"

namespace tocsin::formats::vex {
namespace {

using boost::json::array;
using boost::json::object;
using csaf::RemediationCategory;

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
    if (vulnerabilities.empty())
      return Error::invalid(std::string{tr<"gives no product a status that CycloneDX has">()});
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
      made_.losses.push_back({path, std::string{tr<"a vulnerability without any name">()}});
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
        made_.losses.push_back({path + "/flags", tr<"flag {}, other than in words">(claim.justification)});
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
      losses.push_back({"/document/tracking/initial_release_date", std::string{tr<"date of the first release">()}});
    }
    if (!header.tlp_label.empty()) {
      losses.push_back(
          {"/document/distribution/tlp/label", tr<"TLP label {}, other than as a property">(header.tlp_label)});
    }
    if (std::any_of(products.begin(), products.end(), [](const auto& each) { return !each.relationship.empty(); })) {
      losses.push_back({"/product_tree", std::string{tr<"relationships of products">()}});
    }
    if (std::any_of(products.begin(), products.end(), [](const auto& each) { return !each.hashes.empty(); })) {
      losses.push_back({"/product_tree", std::string{tr<"hashes of files">()}});
    }
    if (std::any_of(products.begin(), products.end(), [](const auto& each) { return each.purls.size() > 1; })) {
      losses.push_back({"/product_tree", std::string{tr<"all package URLs of a product but the first">()}});
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

}  // namespace

Result<Made> to_cyclonedx_vex(const csaf::Advisory& advisory) { return ToCycloneDx{advisory}.make(); }

}  // namespace tocsin::formats::vex
