#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/vers/range.hpp"

/// Ranges of versions in CSAF 2.1, as vers or as its constraints alone (vls): 6.1.50, 6.2.49 to 6.2.51, 6.3.19.
namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kVers = "vers:";
/// Pairs of siblings that are compared; a product of thousands of ranges is no product.
constexpr std::size_t kPairsMax = 200'000;

/// The scheme of "vers:npm/<1".
std::string scheme_of(std::string_view name) {
  name.remove_prefix(kVers.size());
  return text::lower_ascii(name.substr(0, name.find('/')));
}

/// Calls `use` with the name of each branch of category product_version_range.
template <class Use>
void each_range_name(const Model& model, const Use& use) {
  for (const auto& branch : model.branches) {
    if (branch.node.text_at("category") != "product_version_range") continue;
    if (const auto name = branch.node["name"]; name.is_string()) use(name);
  }
}

bool is_single(const vers::Range& range) {
  return range.constraints.size() == 1 && range.constraints[0].comparator == vers::Comparator::equal;
}

void product_version_range_rules(const Model& model, Sink& sink) {
  constexpr Message kMend = message<"Write a vers in its canonical form, such as vers:intdot/>=2.0|<4.5.">;
  each_range_name(model, [&](Node name) {
    const auto text = name.text();
    const auto shown = text::shorten(text, 80);
    if (text.starts_with(kVers)) {
      const auto range = vers::parse(text);
      if (range && range->everything && range->scheme != "all") {
        sink.add(name, tr<"'{}' stands for all versions, which has a form of its own">(shown),
                 tr<"Write vers:all/*.">());
      } else if (const auto why = vers::why_not_canonical(text); !why.empty()) {
        sink.add(name, tr<"'{}' is no vers in canonical form: {}">(shown, why), kMend);
      } else if (const auto scheme = scheme_of(text); !vers::is_known_scheme(scheme)) {
        sink.add_as(
            Finding::Group::recommended, name,
            tr<"the version scheme '{}' is not supported: its versions were not checked">(text::shorten(scheme, 60)),
            tr<"Use a scheme that tools know, where there is one.">());
      }
      return;
    }
    if (const auto why = vers::why_not_canonical_constraints(text); !why.empty()) {
      sink.add(name, tr<"'{}' is neither a vers nor the constraints of one: {}">(shown, why), kMend);
      return;
    }
    const auto range = vers::parse_constraints(text);
    if (range && (range->everything || is_single(*range))) {
      sink.add(name, tr<"'{}' is no range of versions">(shown),
               range->everything ? tr<"Write vers:all/* for all versions.">()
                                 : tr<"Make a single version a product_version.">());
    }
  });
}

/// What the name of a range says, where it can be read.
std::optional<vers::Range> range_of(Node branch) {
  if (branch.text_at("category") != "product_version_range") return std::nullopt;
  const auto name = branch.text_at("name");
  auto range = name.starts_with(kVers) ? vers::parse(name) : vers::parse_constraints(name);
  return range ? std::optional{std::move(*range)} : std::nullopt;
}

void upper_open_ended_range(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    const auto range = range_of(branch.node);
    // All versions is what "vers:all/*" is for; the test is about ranges that begin somewhere.
    if (!range || range->everything || !vers::is_open_above(*range)) continue;
    sink.add(
        branch.node["name"],
        tr<"the range '{}' has no end: versions to come are in it">(text::shorten(branch.node.text_at("name"), 80)),
        tr<"Say up to which version the range goes.">());
  }
}

void unknown_vers_type(const Model& model, Sink& sink) {
  each_range_name(model, [&](Node name) {
    if (!name.text().starts_with(kVers)) return;
    const auto scheme = scheme_of(name.text());
    if (vers::is_known_scheme(scheme)) return;
    sink.add(name, tr<"the vers type '{}' is neither registered nor supported here">(text::shorten(scheme, 60)),
             tr<"Use a type that is registered, such as semver or intdot.">());
  });
}

// ---- Overlapping ranges

/// How a range and a sibling of it meet.
enum class Meeting : std::uint8_t { vers_leaf, vls_leaf, version_leaf, range_with_branches, version_with_branches };

struct Pair {
  std::uint32_t range, sibling;  ///< Indices of Model::branches.
  Meeting meeting;
};

/// Ranges that overlap with a sibling, or hold a sibling that is a version.
class Overlaps {
 public:
  explicit Overlaps(const Model& model) : model_(model), ranges_(model.branches.size()) {
    bool any = false;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      ranges_[i] = range_of(model.branches[i].node);
      any = any || ranges_[i].has_value();
    }
    if (!any) return;
    find();
    gather_products();
  }

  const std::vector<Pair>& pairs() const noexcept { return pairs_; }

  /// Products in a branch of a pair and below.
  const std::vector<ProductNumber>& products_under(std::uint32_t branch) const { return products_[branch]; }

 private:
  void find() {
    std::vector<std::vector<std::uint32_t>> siblings(model_.branches.size() + 1);
    for (std::uint32_t i = 0; i < model_.branches.size(); ++i) {
      const auto parent = model_.branches[i].parent;
      siblings[parent == kNone ? model_.branches.size() : parent].push_back(i);
    }
    std::size_t looked_at = 0;
    for (const auto& group : siblings) {
      for (const auto range : group) {
        if (!ranges_[range]) continue;
        for (const auto sibling : group) {
          if (sibling == range) continue;
          if (++looked_at > kPairsMax) return;
          look(range, sibling);
        }
      }
    }
  }

  void gather_products() {
    products_.resize(model_.branches.size());
    std::vector<bool> wanted(model_.branches.size());
    for (const auto& pair : pairs_) wanted[pair.range] = wanted[pair.sibling] = true;
    for (const auto& definition : model_.definitions) {
      for (auto at = definition.branch; at != kNone; at = model_.branches[at].parent) {
        if (wanted[at]) products_[at].push_back(definition.product);
      }
    }
  }

  void look(std::uint32_t range, std::uint32_t sibling) {
    const auto node = model_.branches[sibling].node;
    const bool leaf = static_cast<bool>(node["product"]);
    if (leaf == static_cast<bool>(node["branches"])) return;  // The schema tells of those.
    if (ranges_[sibling]) {
      // Each pair once where both are alike.
      const bool both_leaves = leaf && model_.branches[range].node["product"];
      if (sibling < range && (both_leaves || !leaf)) return;
      const auto overlaps = vers::overlap(*ranges_[range], *ranges_[sibling]);
      if (!overlaps || !*overlaps) return;
      const bool vers = node.text_at("name").starts_with(kVers);
      pairs_.push_back({range, sibling,
                        !leaf  ? Meeting::range_with_branches
                        : vers ? Meeting::vers_leaf
                               : Meeting::vls_leaf});
    } else if (node.text_at("category") == "product_version") {
      const auto holds = vers::contains(*ranges_[range], node.text_at("name"));
      if (holds && *holds) {
        pairs_.push_back({range, sibling, leaf ? Meeting::version_leaf : Meeting::version_with_branches});
      }
    }
  }

  const Model& model_;
  std::vector<std::optional<vers::Range>> ranges_;
  std::vector<Pair> pairs_;
  std::vector<std::vector<ProductNumber>> products_;
};

/// The product status groups of each product in one vulnerability, as bits of StatusClass.
class Classes {
 public:
  explicit Classes(const Model& model) : bits_(model.products.size()) {}
  void read(const VulnerabilityView& vulnerability) {
    for (const auto product : marked_) bits_[product] = 0;
    marked_.clear();
    for (const auto& status : vulnerability.status) {
      bits_[status.product] =
          static_cast<std::uint8_t>(bits_[status.product] | 1U << static_cast<unsigned>(class_of(status.member)));
      marked_.push_back(status.product);
    }
  }
  std::uint8_t operator[](ProductNumber product) const noexcept { return bits_[product]; }

 private:
  std::vector<std::uint8_t> bits_;
  std::vector<ProductNumber> marked_;
};

constexpr auto kRecommended = static_cast<std::uint8_t>(1U << static_cast<unsigned>(StatusClass::recommended));

/// Groups that say different things of two products that share versions. What is recommended contradicts nothing.
bool contradict(std::uint8_t a, std::uint8_t b) noexcept {
  const auto x = static_cast<std::uint8_t>(a & ~kRecommended);
  const auto y = static_cast<std::uint8_t>(b & ~kRecommended);
  return x != 0 && y != 0 && (x != y || (x & (x - 1)) != 0);
}
bool share(std::uint8_t a, std::uint8_t b) noexcept { return (a & b) != 0; }

void check_status(const Model& model, Sink& sink, Meeting meeting, bool wrong(std::uint8_t, std::uint8_t),
                  std::string_view what) {
  const Overlaps overlaps{model};
  Classes classes{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    if (vulnerability.status.empty() || overlaps.pairs().empty()) continue;
    classes.read(vulnerability);
    for (const auto& pair : overlaps.pairs()) {
      if (pair.meeting != meeting) continue;
      if (sink.full()) return;
      const auto& others = overlaps.products_under(pair.sibling);
      for (const auto product : overlaps.products_under(pair.range)) {
        const auto other = std::ranges::find_if(
            others, [&](ProductNumber each) { return each != product && wrong(classes[product], classes[each]); });
        if (other == others.end()) continue;
        sink.add(vulnerability.node["product_status"],
                 tr<"the versions of '{}' and '{}' overlap, and they stand in {}">(
                     text::shorten(model.products[product].id, 60), text::shorten(model.products[*other].id, 60), what),
                 tr<"Split the ranges, so that each version stands in one of them.">());
        break;
      }
    }
  }
}

void check_branches(const Model& model, Sink& sink, Meeting meeting) {
  const Overlaps overlaps{model};
  for (const auto& pair : overlaps.pairs()) {
    if (pair.meeting != meeting) continue;
    const auto name = model.branches[pair.sibling].node["name"];
    sink.add(name,
             tr<"'{}' overlaps with '{}' beside it">(
                 text::shorten(name.text(), 60), text::shorten(model.branches[pair.range].node.text_at("name"), 60)),
             tr<"Split the ranges, so that each version stands in one of them.">());
  }
}

constexpr Message kContradicting = message<"product status groups that contradict each other">;
constexpr Message kSame = message<"the same product status group">;

template <Meeting meeting>
void contradicting_status(const Model& model, Sink& sink) {
  check_status(model, sink, meeting, contradict, kContradicting);
}
template <Meeting meeting>
void same_status(const Model& model, Sink& sink) {
  check_status(model, sink, meeting, share, kSame);
}
template <Meeting meeting>
void overlapping_branches(const Model& model, Sink& sink) {
  check_branches(model, sink, meeting);
}

constexpr Test kTests[] = {
    {.id = "6.1.50", .in_2_0 = false, .run = product_version_range_rules},
    {.id = "6.2.49", .in_2_0 = false, .run = upper_open_ended_range},
    {.id = "6.2.50.1", .in_2_0 = false, .run = contradicting_status<Meeting::vers_leaf>},
    {.id = "6.2.50.2", .in_2_0 = false, .run = contradicting_status<Meeting::vls_leaf>},
    {.id = "6.2.50.3", .in_2_0 = false, .run = contradicting_status<Meeting::version_leaf>},
    {.id = "6.2.51", .in_2_0 = false, .run = unknown_vers_type},
    {.id = "6.3.19.1", .in_2_0 = false, .run = same_status<Meeting::vers_leaf>},
    {.id = "6.3.19.2", .in_2_0 = false, .run = same_status<Meeting::vls_leaf>},
    {.id = "6.3.19.3", .in_2_0 = false, .run = same_status<Meeting::version_leaf>},
    {.id = "6.3.19.4", .in_2_0 = false, .run = overlapping_branches<Meeting::range_with_branches>},
    {.id = "6.3.19.5", .in_2_0 = false, .run = overlapping_branches<Meeting::version_with_branches>},
};

}  // namespace

std::span<const Test> version_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
