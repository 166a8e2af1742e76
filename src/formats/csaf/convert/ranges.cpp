#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/vers/range.hpp"

/// The part of the conversion to 2.1 that keeps what vendors wrote where 2.1 wants a range of versions, and what is
/// none: dates of delivery, serial numbers, conditions. Nothing is guessed: such a text becomes part of the name of the
/// product, as the standard itself makes a version part of a name where it cannot stand alone (section 9.1.18).
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string category_of(const object& branch) { return text_of(branch.if_contains("category")); }

/// What test 6.1.50 takes for a range.
bool is_range(const std::string& name) {
  if (name.starts_with("vers:")) return vers::why_not_canonical(name).empty();
  const auto range = vers::parse_constraints(name);
  if (!range || range->everything || !vers::why_not_canonical_constraints(name).empty()) return false;
  return range->constraints.size() != 1 || range->constraints[0].comparator != vers::Comparator::equal;
}

bool is_unreadable(const object& branch) {
  return category_of(branch) == "product_version_range" && !is_range(text_of(branch.if_contains("name")));
}

/// A branch without its name: what is below, "product" or "branches".
object take_rest(object& branch) {
  object rest;
  for (const auto* key : {"product", "branches"}) {
    if (auto* member = branch.if_contains(key); member != nullptr) rest[key] = std::move(*member);
  }
  return rest;
}

object branch_of(std::string_view category, const std::string& name, const std::string& place, object rest) {
  object branch;
  branch["category"] = category;
  branch["name"] = name;
  for (auto& member : rest) branch[member.key()] = std::move(member.value());
  branch[kSourcePlace] = place;
  return branch;
}

/// "Pump" and "distributed before 2018"; a text that names the product already stays alone.
std::string joined(const std::string& product, const std::string& text) {
  return product.empty() || text::lower_ascii(text).starts_with(text::lower_ascii(product)) ? text
                                                                                            : product + " " + text;
}

struct Piece {
  std::string text;   ///< What stood where a range belongs.
  std::string place;  ///< In the source.
  object rest;
};

/// Takes the unreadable ranges below a branch out, with the levels between; levels that are left empty go as well.
std::vector<Piece> take_unreadable(object& parent) {
  std::vector<Piece> pieces;
  auto* branches = parent.if_contains("branches");
  if (branches == nullptr || !branches->is_array()) return pieces;
  array kept;
  for (auto& each : branches->get_array()) {
    auto* branch = each.if_object();
    if (branch != nullptr && is_unreadable(*branch)) {
      pieces.push_back({text_of(branch->if_contains("name")), place_of(*branch), take_rest(*branch)});
      continue;
    }
    if (branch != nullptr && branch->contains("branches")) {
      for (auto& piece : take_unreadable(*branch)) {
        object between = branch_of(category_of(*branch), text_of(branch->if_contains("name")), place_of(*branch),
                                   std::move(piece.rest));
        object rest;
        rest["branches"] = array{std::move(between)};
        pieces.push_back({std::move(piece.text), std::move(piece.place), std::move(rest)});
      }
      if (!branch->contains("branches")) continue;
    }
    kept.push_back(std::move(each));
  }
  if (kept.empty()) {
    parent.stable_erase("branches");
  } else {
    *branches = std::move(kept);
  }
  return pieces;
}

void tell(const Piece& piece, const std::string& name, Notes& notes) {
  notes.warn(
      piece.place + "/name",
      tr<"'{}' is no range of versions that CSAF 2.1 could hold: the text was kept as part of the product_name '{}'">(
          text::shorten(piece.text, 120), text::shorten(name, 160)));
}

void keep_below(array& branches, const std::string& family, Notes& notes) {
  array kept;
  for (auto& each : branches) {
    auto* branch = each.if_object();
    if (branch == nullptr) {
      kept.push_back(std::move(each));
      continue;
    }
    const auto name = text_of(branch->if_contains("name"));
    if (category_of(*branch) == "product_name") {
      const auto place = place_of(*branch);
      auto pieces = take_unreadable(*branch);
      // A product of which nothing else is left gives its place to those with the text.
      if (branch->contains("branches") || branch->contains("product")) kept.push_back(std::move(each));
      for (auto& piece : pieces) {
        const auto made = joined(name, piece.text);
        tell(piece, made, notes);
        kept.push_back(branch_of("product_name", made, place, std::move(piece.rest)));
      }
      continue;
    }
    if (is_unreadable(*branch)) {
      Piece piece{name, place_of(*branch), take_rest(*branch)};
      const auto made = joined(family, name);
      tell(piece, made, notes);
      kept.push_back(branch_of("product_name", made, piece.place, std::move(piece.rest)));
      continue;
    }
    if (auto* inner = branch->if_contains("branches"); inner != nullptr && inner->is_array()) {
      keep_below(inner->get_array(), category_of(*branch) == "product_family" ? name : std::string{}, notes);
    }
    kept.push_back(std::move(each));
  }
  branches = std::move(kept);
}

void forget_places(value& json) {
  if (auto* list = json.if_array(); list != nullptr) {
    for (auto& each : *list) forget_places(each);
  } else if (auto* members = json.if_object(); members != nullptr) {
    members->stable_erase(kSourcePlace);
    if (auto* branches = members->if_contains("branches"); branches != nullptr) forget_places(*branches);
  }
}

}  // namespace

void keep_unreadable_ranges(value& tree, Notes& notes) {
  if (auto* branches = find_array(tree, "branches"); branches != nullptr) keep_below(*branches, {}, notes);
}

void forget_source_places(value& root) {
  if (auto* tree = find(root, "product_tree"); tree != nullptr) forget_places(*tree);
}

}  // namespace tocsin::formats::csaf::convert
