#include "formats/vex/openvex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/vex/claims.hpp"

namespace tocsin::formats::vex {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using json::array_at;
using json::find;
using json::string_at;

constexpr std::array<std::string_view, kStatuses> kStatusNames = {"affected", "not_affected", "fixed",
                                                                  "under_investigation"};
constexpr std::array<std::string_view, 5> kJustifications = {
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};

bool is_justification(std::string_view text) noexcept {
  return std::find(kJustifications.begin(), kJustifications.end(), text) != kJustifications.end();
}

/// Everything but RFC 3986's unreserved characters encoded.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char each : text) {
    const bool plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
                       std::string_view{"-._~"}.find(each) != std::string_view::npos;
    out += plain ? std::string(1, each) : fmt::format("%{:02X}", static_cast<unsigned char>(each));
  }
  return out;
}

/// The number of "3", the first of "1.2.0"; OpenVEX begins at 1.
int version_number(std::string_view tracking_version) noexcept {
  int number = 0;
  std::from_chars(tracking_version.data(), tracking_version.data() + tracking_version.size(), number);
  return std::max(number, 1);
}

class ToOpenVex {
 public:
  explicit ToOpenVex(const csaf::Advisory& advisory) : advisory_(advisory) {
    for (const auto& product : advisory.products) {
      by_id_.emplace(product.id, &product);
      if (!product.purls.empty()) ++purls_[product.purls[0]];
    }
    auto space = std::string_view{advisory.header.publisher_namespace};
    while (space.ends_with('/')) space.remove_suffix(1);
    id_ = fmt::format("{}/{}", space, percent_encoded(advisory.header.tracking_id));
  }

  Result<Made> make() {
    const auto& header = advisory_.header;
    array statements;
    for (std::size_t at = 0; at < advisory_.vulnerabilities.size(); ++at) TRY_VOID(append(statements, at));
    if (statements.empty()) return Error::invalid(std::string{tr<"gives no product a status that OpenVEX has">()});
    object document{{"@context", "https://openvex.dev/ns/v0.2.0"},
                    {"@id", id_},
                    {"author", header.publisher_name},
                    {"role", header.publisher_category},
                    {"timestamp", format_rfc3339(header.initial_release_date)}};
    if (header.current_release_date > header.initial_release_date) {
      document["last_updated"] = format_rfc3339(header.current_release_date);
    }
    document["version"] = version_number(header.tracking_version);
    document["tooling"] = "Tocsin";
    document["statements"] = std::move(statements);
    tell_losses();
    made_.document = std::move(document);
    return std::move(made_);
  }

 private:
  tocsin::Status append(array& statements, std::size_t at) {
    const auto& vulnerability = advisory_.vulnerabilities[at];
    const auto path = fmt::format("/vulnerabilities/{}", at);
    const auto name = name_of(vulnerability);
    if (name.empty()) {
      made_.losses.push_back({path, std::string{tr<"a vulnerability without any name">()}});
      return ok();
    }
    object named{{"name", name}};
    if (auto description = description_of(vulnerability); !description.empty()) named["description"] = description;
    if (const auto aliases = aliases_of(vulnerability); !aliases.empty()) {
      named["aliases"] = array(aliases.begin(), aliases.end());
    }
    const auto named_bytes = json::write(named).size();
    TRY(const auto groups, claims_of(vulnerability, path, budget_, made_.losses));
    for (const auto& [claim, product_ids] : groups) {
      TRY_VOID(budget_.take(named_bytes));
      object statement{{"vulnerability", named}};
      auto& products = statement["products"].emplace_array();
      HashSet<std::string> seen;
      for (const auto& id : product_ids) {
        auto product = product_of(id);
        if (seen.insert(json::write(product)).second) products.push_back(std::move(product));
      }
      statement["status"] = kStatusNames[static_cast<std::size_t>(claim.status)];
      if (is_justification(claim.justification)) statement["justification"] = claim.justification;
      if (!claim.impact.empty()) {
        statement["impact_statement"] = claim.impact;
      } else if (claim.status == Status::not_affected && !statement.contains("justification")) {
        statement["impact_statement"] = "The advisory gives no reason.";
      }
      if (claim.status == Status::affected) {
        statement["action_statement"] = claim.action.empty() ? "The advisory gives no remediation." : claim.action;
      }
      statements.push_back(std::move(statement));
    }
    return ok();
  }

  object component(std::string_view id) const {
    object made;
    const auto found = by_id_.find(id);
    const auto* product = found == by_id_.end() ? nullptr : found->second;
    const bool has_purl = product != nullptr && !product->purls.empty();
    // Products that share one would become one, and what is affected could hide behind what is fixed.
    const bool named_by_purl = has_purl && purls_.at(product->purls[0]) == 1;
    made["@id"] = named_by_purl ? product->purls[0] : fmt::format("{}#{}", id_, percent_encoded(id));
    if (product == nullptr) return made;
    object identifiers;
    if (has_purl) identifiers["purl"] = product->purls[0];
    if (!product->cpe.empty()) identifiers[product->cpe.starts_with("cpe:2.3:") ? "cpe23" : "cpe22"] = product->cpe;
    if (!identifiers.empty()) made["identifiers"] = std::move(identifiers);
    return made;
  }

  /// A part of something is told as that with its part, as OpenVEX does.
  object product_of(std::string_view id) const {
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || !found->second->purls.empty() || found->second->related_to.empty() ||
        !found->second->relationship.ends_with("_component_of")) {
      return component(id);
    }
    auto made = component(found->second->related_to);
    made["subcomponents"] = array{component(found->second->component)};
    return made;
  }

  void tell_losses() {
    auto& losses = made_.losses;
    const auto& header = advisory_.header;
    losses.push_back({"/document/title", std::string{tr<"title of the document">()}});
    losses.push_back(
        {"/product_tree", std::string{tr<"names, vendors and versions of products, other than in identifiers">()}});
    if (!header.tlp_label.empty()) {
      losses.push_back({"/document/distribution/tlp/label",
                        tr<"TLP label {}: who may read it must be said another way">(header.tlp_label)});
    }
    if (header.tracking_version != std::to_string(version_number(header.tracking_version))) {
      losses.push_back(
          {"/document/tracking/version", std::string{tr<"parts of the version behind the first number">()}});
    }
    const auto any = [&](auto lost) {
      return std::any_of(advisory_.vulnerabilities.begin(), advisory_.vulnerabilities.end(), lost);
    };
    if (any([](const auto& each) { return !each.scores.empty(); }))
      losses.push_back({"/vulnerabilities", std::string{tr<"scores">()}});
    if (any([](const auto& each) { return !each.cwes.empty(); }))
      losses.push_back({"/vulnerabilities", std::string{tr<"weaknesses">()}});
    if (any([](const auto& each) { return !each.references.empty() || !each.acknowledgments.empty(); })) {
      losses.push_back({"/vulnerabilities", std::string{tr<"references and acknowledgments of vulnerabilities">()}});
    }
    const auto& products = advisory_.products;
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
  HashMap<std::string_view, int> purls_;
  std::string id_;
  Budget budget_;
  Made made_;
};

/// "https://example.com/vex/1" -> "https://example.com"; what has no authority is its own namespace.
std::string namespace_of(std::string_view id) {
  const auto colon = id.find("://");
  if (colon == std::string_view::npos) return std::string{id};
  return std::string{id.substr(0, id.find_first_of("/?#", colon + 3))};
}

struct Statement {
  const value* statement = nullptr;
  std::size_t position = 0;
  std::string path;
  Timestamp time;
  /// Of the same moment the worse counts: none is later.
  int rank() const noexcept {
    const auto status = string_at(*statement, "status");
    return status == "affected" ? 3 : status == "under_investigation" ? 2 : status == "not_affected" ? 1 : 0;
  }
};

class FromOpenVex {
 public:
  FromOpenVex(const value& root, const Origin& origin) : root_(root), origin_(origin) {}

  Result<Made> make() {
    source_.format = "OpenVEX";
    source_.id = string_at(root_, "@id");
    source_.author = string_at(root_, "author");
    source_.author_namespace = namespace_of(source_.id);
    source_.title = fmt::format("VEX document {}", source_.id);
    const auto* version = find(root_, "version");
    source_.version = version == nullptr ? "unknown" : json::write(*version);
    TRY(source_.issued, time_of(root_, "timestamp", "", std::nullopt));
    TRY(source_.updated, time_of(root_, "last_updated", "", source_.issued));
    if (find(root_, "role") != nullptr) source_.losses.push_back({"/role", std::string{tr<"role of the author">()}});
    if (find(root_, "tooling") != nullptr) source_.losses.push_back({"/tooling", std::string{tr<"tooling">()}});
    std::vector<Statement> statements;
    const auto& list = array_at(root_, "statements");
    for (std::size_t at = 0; at < list.size(); ++at) {
      auto path = fmt::format("/statements/{}", at);
      TRY(const auto first, time_of(list[at], "timestamp", path, source_.issued));
      TRY(const auto time, time_of(list[at], "last_updated", path, first));
      statements.push_back({&list[at], at, std::move(path), time});
    }
    // Products and vulnerabilities keep the order of the document.
    for (const auto& each : statements) {
      for (const auto& product : array_at(*each.statement, "products")) position_of(product);
      const auto* named = find(*each.statement, "vulnerability");
      if (named != nullptr) vulnerability_named(string_at(*named, "name"), *named);
    }
    // Later knowledge takes the place of earlier.
    std::sort(statements.begin(), statements.end(), [](const auto& a, const auto& b) {
      return std::tuple{a.time, a.rank(), a.position} < std::tuple{b.time, b.rank(), b.position};
    });
    for (const auto& each : statements) TRY_VOID(read(each));
    if (hashes_)
      source_.losses.push_back(
          {"/statements", std::string{tr<"hashes of products: CSAF wants the name of the file too">()}});
    if (superseded_)
      source_.losses.push_back({"/statements", std::string{tr<"statements that later ones take the place of">()}});
    return to_csaf_vex(std::move(source_), origin_);
  }

 private:
  static Result<Timestamp> time_of(const value& from, std::string_view member, const std::string& path,
                                   std::optional<Timestamp> otherwise) {
    const auto text = string_at(from, member);
    if (text.empty() && otherwise) return *otherwise;
    auto time = parse_rfc3339(text);
    if (!time) return Error::invalid(tr<"{} is no date-time of RFC 3339">(member), path + "/" + std::string{member});
    return *time;
  }

  tocsin::Status read(const Statement& each) {
    const auto& statement = *each.statement;
    const auto status = std::find(kStatusNames.begin(), kStatusNames.end(), string_at(statement, "status"));
    if (status == kStatusNames.end())
      return Error::invalid(std::string{tr<"is none of OpenVEX's statuses">()}, each.path + "/status");
    const auto* vulnerability = find(statement, "vulnerability");
    const auto name = vulnerability == nullptr ? std::string_view{} : string_at(*vulnerability, "name");
    if (text::trim(name).empty())
      return Error::invalid(std::string{tr<"a vulnerability has a name">()}, each.path + "/vulnerability/name");
    Claim claim;
    claim.status = static_cast<Status>(status - kStatusNames.begin());
    claim.justification = string_at(statement, "justification");
    if (!claim.justification.empty() && !is_justification(claim.justification)) {
      return Error::invalid(std::string{tr<"is none of OpenVEX's justifications">()}, each.path + "/justification");
    }
    claim.impact = text::trim(string_at(statement, "impact_statement"));
    claim.action = text::trim(string_at(statement, "action_statement"));
    for (const auto* member : {"status_notes", "supplier", "action_statement_timestamp"}) {
      if (find(statement, member) != nullptr)
        source_.losses.push_back({fmt::format("{}/{}", each.path, member), member});
    }
    auto& known = vulnerability_named(name, *vulnerability);
    const auto& products = array_at(statement, "products");
    if (products.empty()) source_.losses.push_back({each.path, std::string{tr<"a statement that names no product">()}});
    for (std::size_t at = 0; at < products.size(); ++at) {
      const auto product = position_of(products[at]);
      if (!product)
        return Error::invalid(std::string{tr<"a product has an @id or identifiers">()},
                              fmt::format("{}/products/{}", each.path, at));
      if (!array_at(products[at], "subcomponents").empty()) {
        source_.losses.push_back(
            {fmt::format("{}/products/{}/subcomponents", each.path, at), std::string{tr<"subcomponents">()}});
      }
      const auto [place, is_new] = known.claims.insert_or_assign(*product, claim);
      superseded_ = superseded_ || !is_new;
    }
    return ok();
  }

  /// Statements on one CVE belong together, also where one of them has it as an alias only.
  SourceVulnerability& vulnerability_named(std::string_view name, const value& vulnerability) {
    std::vector<std::string> names{std::string{name}};
    for (const auto& alias : array_at(vulnerability, "aliases")) {
      if (alias.is_string()) names.emplace_back(std::string_view{alias.get_string()});
    }
    const auto cve = std::find_if(names.begin(), names.end(), is_cve);
    const auto at = vulnerabilities_.try_emplace(cve == names.end() ? names[0] : *cve, source_.vulnerabilities.size())
                        .first->second;
    if (at == source_.vulnerabilities.size()) source_.vulnerabilities.emplace_back().name = name;
    auto& made = source_.vulnerabilities[at];
    for (auto& each : names) {
      if (aliases_.insert(fmt::format("{}\n{}", at, each)).second) made.aliases.push_back(std::move(each));
    }
    if (made.description.empty()) made.description = text::trim(string_at(vulnerability, "description"));
    return made;
  }

  std::optional<std::size_t> position_of(const value& component) {
    SourceProduct product;
    if (const auto* identifiers = find(component, "identifiers"); identifiers != nullptr) {
      product.purl = string_at(*identifiers, "purl");
      product.cpe = string_at(*identifiers, "cpe23");
      if (product.cpe.empty()) product.cpe = string_at(*identifiers, "cpe22");
    }
    product.name = string_at(component, "@id");
    if (product.purl.empty() && product.name.starts_with("pkg:")) product.purl = product.name;
    if (product.name.empty()) product.name = product.purl.empty() ? product.cpe : product.purl;
    if (text::trim(product.name).empty()) return std::nullopt;
    hashes_ = hashes_ || find(component, "hashes") != nullptr;
    const auto at = products_.try_emplace(product.name, source_.products.size()).first->second;
    if (at == source_.products.size()) source_.products.push_back(std::move(product));
    return at;
  }

  const value& root_;
  const Origin& origin_;
  Source source_;
  HashMap<std::string, std::size_t> products_, vulnerabilities_;
  HashSet<std::string> aliases_;  ///< Position of the vulnerability and name.
  bool hashes_ = false, superseded_ = false;
};

}  // namespace

Result<Made> to_openvex(const csaf::Advisory& advisory) { return ToOpenVex{advisory}.make(); }

Result<Made> from_openvex(const value& root, const Origin& origin) { return FromOpenVex{root, origin}.make(); }

}  // namespace tocsin::formats::vex
