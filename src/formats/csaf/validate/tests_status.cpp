#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// What the items of a vulnerability say about products: 6.1.6, 6.1.7, 6.1.29, 6.1.32 and 6.1.33.
namespace tocsin::formats::csaf {
namespace {

void contradicting_product_status(const Model& model, Sink& sink) {
  struct First {
    std::uint32_t vulnerability = kNone;
    StatusMember member = StatusMember::known_affected;
  };
  std::vector<First> firsts(model.products.size());
  for (std::uint32_t i = 0; i < model.vulnerabilities.size(); ++i) {
    for (const auto& entry : model.vulnerabilities[i].status) {
      // An issuer may recommend any product; 2.0 does not know the member unknown.
      if (entry.member == StatusMember::recommended) continue;
      if (entry.member == StatusMember::unknown && model.is_2_0()) continue;
      auto& first = firsts[entry.product];
      if (first.vulnerability != i) {
        first = {i, entry.member};
      } else if (class_of(first.member) != class_of(entry.member)) {
        sink.add(entry.node,
                 tr<"product id '{}' is {} and {} at once">(model.products[entry.product].id, to_string(first.member),
                                                            to_string(entry.member)),
                 tr<"Leave the product in the one group that is true for this vulnerability.">());
      }
    }
  }
}

/// "3.1": as the object says, else as its vector begins, else what its name tells.
std::string_view cvss_version(std::string_view member, Node cvss) noexcept {
  if (const auto version = cvss.text_at("version"); !version.empty()) return version;
  constexpr std::string_view kPrefix = "CVSS:";
  if (auto vector = cvss.text_at("vectorString"); vector.starts_with(kPrefix)) {
    vector.remove_prefix(kPrefix.size());
    return vector.substr(0, vector.find('/'));
  }
  if (member == "cvss_v2") return "2.0";
  if (member == "cvss_v4") return "4.0";
  return member;
}

/// Scores of a vulnerability, sorted so that those for one product, version and source stand together.
class ScoreFinder {
 public:
  ScoreFinder(const Model& model, Sink& sink) : model_(model), sink_(sink) {}

  void find(Node metrics) {
    if (metrics.size() < 2) return;
    uses_.clear();
    for (const auto metric : metrics.elements()) {
      const auto content = model_.is_2_0() ? metric : metric["content"];
      // Without a source it is the document's author who gives the score.
      const auto source = model_.is_2_0() ? std::string_view{} : metric.text_at("source");
      for (const auto member : content.members()) {
        if (!member.name.starts_with("cvss_v") || !member.value.is_object()) continue;
        add(metric, kind_of(source, cvss_version(member.name, member.value)));
      }
    }
    std::ranges::sort(uses_, {}, [](const Use& use) { return std::tuple{use.kind, use.product, use.node.at()}; });
    const Use* first = nullptr;
    for (const auto& use : uses_) {
      if (first == nullptr || first->kind != use.kind || first->product != use.product) {
        first = &use;
      } else if (first->metric != use.metric) {
        report(use);
      }
    }
  }

 private:
  using Kind = std::pair<std::string_view, std::string_view>;  // source, version
  struct Use {
    std::uint32_t kind;
    ProductNumber product;
    std::uint32_t metric;
    Node node;
  };

  std::uint32_t kind_of(std::string_view source, std::string_view version) {
    const auto [found, is_new] = numbers_.try_emplace({source, version}, static_cast<std::uint32_t>(kinds_.size()));
    if (is_new) kinds_.emplace_back(source, version);
    return found->second;
  }

  void add(Node metric, std::uint32_t kind) {
    for (const auto id : metric["products"].elements()) {
      const auto number = model_.product(id.text());
      if (id.is_string() && number != kNone) uses_.push_back({kind, number, metric.at(), id});
    }
  }

  void report(const Use& use) {
    const auto& [source, version] = kinds_[use.kind];
    sink_.add(use.node,
              tr<"product id '{}' has more than one score of CVSS {}{}">(
                  model_.products[use.product].id, version, source.empty() ? std::string{} : tr<" from {}">(source)),
              tr<"Leave one score for each product, version of CVSS and source.">());
  }

  const Model& model_;
  Sink& sink_;
  std::vector<Use> uses_;
  std::map<Kind, std::uint32_t> numbers_;
  std::vector<Kind> kinds_;
};

void multiple_scores_with_same_version(const Model& model, Sink& sink) {
  ScoreFinder finder{model, sink};
  for (const auto& vulnerability : model.vulnerabilities) finder.find(vulnerability.scores);
}

void require_product_reference(const std::vector<Node>& of_nothing, Sink& sink, std::string_view what) {
  for (const auto item : of_nothing) {
    sink.add(item, tr<"the {} does not say to which products it applies">(what),
             tr<"Name the products of the {} in product_ids or group_ids.">(what));
  }
}

void remediation_without_product_reference(const Model& model, Sink& sink) {
  require_product_reference(model.remediations_of_nothing, sink, "remediation");
}

void flag_without_product_reference(const Model& model, Sink& sink) {
  require_product_reference(model.flags_of_nothing, sink, "flag");
}

/// VEX justification codes (2.0 section 3.2.3.5; all labels that 2.1 knows are such codes, too).
constexpr std::string_view kJustifications[] = {
    "component_not_present",
    "inline_mitigations_already_exist",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_not_present",
};

class FlagFinder {
 public:
  FlagFinder(const Model& model, Sink& sink)
      : model_(model), sink_(sink), products_(model.products.size()), groups_(model.groups.size()) {}

  void find(Node flags) {
    if (flags.size() < 2) return;
    const auto first_flag = flags.at();
    for (const auto flag : flags.elements()) {
      if (std::ranges::find(kJustifications, flag.text_at("label")) == std::end(kJustifications)) continue;
      twice_ = kNone;
      more_ = 0;
      for (const auto id : flag["product_ids"].elements()) {
        if (id.is_string()) meet(model_.product(id.text()), flag, first_flag);
      }
      for (const auto id : flag["group_ids"].elements()) {
        if (id.is_string()) meet_group(model_.group(id.text()), flag, first_flag);
      }
      if (twice_ != kNone) report(flag);
    }
  }

 private:
  /// The flag that named it first; flags of earlier vulnerabilities stand before the first one of this.
  struct Owner {
    std::uint32_t flag = 0;
    std::uint32_t last = 0;
  };

  void meet(ProductNumber product, Node flag, std::uint32_t first_flag) {
    if (product == kNone) return;
    auto& owner = products_[product];
    if (owner.flag < first_flag) owner = {flag.at(), flag.at()};
    if (owner.last == flag.at() || owner.flag == flag.at()) return;
    owner.last = flag.at();
    if (twice_ == kNone) {
      twice_ = product;
    } else {
      ++more_;
    }
  }

  void meet_group(GroupNumber group, Node flag, std::uint32_t first_flag) {
    if (group == kNone) return;
    auto& owner = groups_[group];
    if (owner.last == flag.at()) return;
    const bool met_before = owner.flag >= first_flag;
    if (!met_before) owner.flag = flag.at();
    owner.last = flag.at();
    const auto& products = model_.groups[group].products;
    if (met_before || visits_ > kVisitsMax) {
      // All its products have the flag before already: one stands for them.
      if (!products.empty()) meet(products.front(), flag, first_flag);
      return;
    }
    visits_ += products.size();
    for (const auto product : products) meet(product, flag, first_flag);
  }

  void report(Node flag) {
    sink_.add(flag,
              tr<"product id '{}'{} has more than one flag with a VEX justification">(
                  model_.products[twice_].id,
                  more_ == 0 ? ""
                             : trn<" (and {} other)", " (and {} others)">(
                                   static_cast<long long>(more_), text::thousands(static_cast<long long>(more_)))),
              tr<"Leave the one flag that says best why the product is not affected.">());
  }

  /// Members of groups looked at in one document. Beyond, where thousands of vulnerabilities flag groups of tens of
  /// thousands of products, a group is looked at by its first product only.
  static constexpr std::size_t kVisitsMax = 100'000'000;

  const Model& model_;
  Sink& sink_;
  std::vector<Owner> products_;
  std::vector<Owner> groups_;
  std::size_t visits_ = 0;
  ProductNumber twice_ = kNone;
  long long more_ = 0;
};

void multiple_justification_flags(const Model& model, Sink& sink) {
  const auto has_flags = [](const VulnerabilityView& each) { return static_cast<bool>(each.flags); };
  if (std::ranges::none_of(model.vulnerabilities, has_flags)) return;
  FlagFinder finder{model, sink};
  for (const auto& vulnerability : model.vulnerabilities) finder.find(vulnerability.flags);
}

constexpr Test kTests[] = {
    {.id = "6.1.6", .run = contradicting_product_status},
    {.id = "6.1.7", .run = multiple_scores_with_same_version},
    {.id = "6.1.29", .run = remediation_without_product_reference},
    {.id = "6.1.32", .run = flag_without_product_reference},
    {.id = "6.1.33", .run = multiple_justification_flags},
};

}  // namespace

std::span<const Test> status_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
