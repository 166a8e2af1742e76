#include "formats/csaf/validate/model.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kStatusNames[kStatusMembers] = {"first_affected", "first_fixed",         "fixed",
                                                           "known_affected", "known_not_affected",  "last_affected",
                                                           "recommended",    "under_investigation", "unknown"};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Digits without leading zeros at the beginning; they are cut off.
std::string_view take_number(std::string_view& text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  if (size > 1 && text[0] == '0') size = 0;
  const auto number = text.substr(0, size);
  text.remove_prefix(size);
  return number;
}

bool is_identifier_text(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
}

bool all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// Dot-separated, none empty; numeric ones without leading zeros where `numbers_strict`.
bool identifiers(std::string_view text, bool numbers_strict) noexcept {
  if (!is_identifier_text(text)) return false;
  for (;;) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (part.empty() || (numbers_strict && part.size() > 1 && part[0] == '0' && all_digits(part))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

int compare_numbers(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

int compare_prerelease(std::string_view a, std::string_view b) noexcept {
  // A version without one is the release, which comes after.
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  for (;;) {
    const auto dot_a = a.find('.');
    const auto dot_b = b.find('.');
    const auto part_a = a.substr(0, dot_a);
    const auto part_b = b.substr(0, dot_b);
    const bool number_a = all_digits(part_a);
    const bool number_b = all_digits(part_b);
    int order = 0;
    if (number_a != number_b) {
      order = number_a ? -1 : 1;
    } else {
      order = number_a ? compare_numbers(part_a, part_b) : part_a.compare(part_b);
    }
    if (order != 0) return order;
    if (dot_a == std::string_view::npos || dot_b == std::string_view::npos) {
      return static_cast<int>(dot_a != std::string_view::npos) - static_cast<int>(dot_b != std::string_view::npos);
    }
    a.remove_prefix(dot_a + 1);
    b.remove_prefix(dot_b + 1);
  }
}

std::optional<Timestamp> time_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace

std::string_view to_string(StatusMember member) noexcept { return kStatusNames[static_cast<std::size_t>(member)]; }

StatusClass class_of(StatusMember member) noexcept {
  switch (member) {
    case StatusMember::first_affected:
    case StatusMember::known_affected:
    case StatusMember::last_affected:
      return StatusClass::affected;
    case StatusMember::known_not_affected:
      return StatusClass::not_affected;
    case StatusMember::first_fixed:
    case StatusMember::fixed:
      return StatusClass::fixed;
    case StatusMember::under_investigation:
      return StatusClass::under_investigation;
    case StatusMember::unknown:
      return StatusClass::unknown;
    case StatusMember::recommended:
      break;
  }
  return StatusClass::recommended;
}

VersionNumber read_version_number(std::string_view text) noexcept {
  VersionNumber invalid;
  invalid.text = text;
  VersionNumber version = invalid;
  auto rest = text;
  version.major = take_number(rest);
  if (version.major.empty()) return invalid;
  if (rest.empty()) {
    version.kind = VersionNumber::Kind::integer;
    return version;
  }
  for (auto* part : {&version.minor, &version.patch}) {
    if (!rest.starts_with('.')) return invalid;
    rest.remove_prefix(1);
    *part = take_number(rest);
    if (part->empty()) return invalid;
  }
  const auto plus = rest.find('+');
  if (plus != std::string_view::npos) {
    version.build = rest.substr(plus + 1);
    rest = rest.substr(0, plus);
    if (!identifiers(version.build, false)) return invalid;
  }
  if (rest.starts_with('-')) {
    version.prerelease = rest.substr(1);
    if (!identifiers(version.prerelease, true)) return invalid;
  } else if (!rest.empty()) {
    return invalid;
  }
  version.kind = VersionNumber::Kind::semantic;
  return version;
}

int compare(const VersionNumber& a, const VersionNumber& b) noexcept {
  const bool bad_a = a.kind == VersionNumber::Kind::invalid;
  const bool bad_b = b.kind == VersionNumber::Kind::invalid;
  if (bad_a || bad_b) return static_cast<int>(bad_b) - static_cast<int>(bad_a);
  if (const int order = compare_numbers(a.major, b.major); order != 0) return order;
  if (const int order = compare_numbers(a.minor, b.minor); order != 0) return order;
  if (const int order = compare_numbers(a.patch, b.patch); order != 0) return order;
  return compare_prerelease(a.prerelease, b.prerelease);
}

Model::Model(Node root, CsafVersion version) : version_(version), root_(root) {
  document = root["document"];
  category = document.text_at("category");
  tracking = document["tracking"];
  product_tree = root["product_tree"];
  read_tracking();
  refer_items(document["notes"]);
  read_product_tree();
  for (const auto each : root["vulnerabilities"].elements()) read_vulnerability(each);
}

ProductNumber Model::intern(std::string_view id) {
  const auto [found, is_new] = product_numbers_.try_emplace(id, static_cast<ProductNumber>(products.size()));
  if (is_new) products.push_back({id, kNone});
  return found->second;
}

GroupNumber Model::intern_group(std::string_view id) {
  const auto [found, is_new] = group_numbers_.try_emplace(id, static_cast<GroupNumber>(groups.size()));
  if (is_new) groups.push_back({id, Node{}, {}});
  return found->second;
}

void Model::define(Definition::Kind kind, Node full_product_name, Node carrier, std::uint32_t branch) {
  const auto id = full_product_name["product_id"];
  if (!id.is_string()) return;
  const auto number = intern(id.text());
  if (products[number].definition == kNone) {
    products[number].definition = static_cast<std::uint32_t>(definitions.size());
  }
  definitions.push_back({kind, number, full_product_name, carrier, branch});
}

void Model::refer(Node id) {
  if (id.is_string()) product_references.push_back({intern(id.text()), id});
}

void Model::refer_products(Node array) {
  for (const auto each : array.elements()) refer(each);
}

void Model::refer_groups(Node array) {
  for (const auto each : array.elements()) {
    if (each.is_string()) group_references.push_back({intern_group(each.text()), each});
  }
}

void Model::refer_item(Node item) {
  for (const auto member : item.members()) {
    if (member.name == "product_ids" || member.name == "products") {
      refer_products(member.value);
    } else if (member.name == "group_ids") {
      refer_groups(member.value);
    }
  }
}

void Model::refer_items(Node array) {
  for (const auto each : array.elements()) refer_item(each);
}

void Model::read_tracking() {
  for (const auto member : tracking.members()) {
    if (member.name == "version") {
      tracking_version = read_version_number(member.value.text());
    } else if (member.name == "status") {
      status = member.value.text();
    } else if (member.name == "initial_release_date") {
      initial_release_date = time_of(member.value.text());
    } else if (member.name == "current_release_date") {
      current_release_date = time_of(member.value.text());
    } else if (member.name == "revision_history") {
      for (const auto each : member.value.elements()) {
        revisions.push_back({each, read_version_number(each.text_at("number")), time_of(each.text_at("date"))});
      }
    }
  }
}

void Model::read_branches(Node array, std::uint32_t parent, std::uint32_t depth) {
  for (const auto each : array.elements()) {
    const auto index = static_cast<std::uint32_t>(branches.size());
    branches.push_back({each, parent, depth});
    for (const auto member : each.members()) {
      if (member.name == "product") {
        define(Definition::Kind::branch, member.value, each, index);
      } else if (member.name == "branches") {
        // The reader's limit on depth bounds this.
        read_branches(member.value, index, depth + 1);
      }
    }
  }
}

void Model::read_product_tree() {
  for (const auto member : product_tree.members()) {
    if (member.name == "branches") {
      read_branches(member.value, kNone, 1);
    } else if (member.name == "full_product_names") {
      for (const auto each : member.value.elements()) define(Definition::Kind::full_product_name, each, each, kNone);
    } else if (member.name == "relationships" && is_2_0()) {
      for (const auto each : member.value.elements()) {
        define(Definition::Kind::relationship, each["full_product_name"], each, kNone);
        refer(each["product_reference"]);
        refer(each["relates_to_product_reference"]);
      }
    } else if (member.name == "product_paths" && is_2_1()) {
      for (const auto each : member.value.elements()) {
        define(Definition::Kind::product_path, each["full_product_name"], each, kNone);
        refer(each["beginning_product_reference"]);
        for (const auto subpath : each["subpaths"].elements()) refer(subpath["next_product_reference"]);
      }
    } else if (member.name == "product_groups") {
      for (const auto each : member.value.elements()) {
        group_definitions.push_back(each);
        refer_products(each["product_ids"]);
        const auto id = each["group_id"];
        if (!id.is_string()) continue;
        auto& group = groups[intern_group(id.text())];
        if (group.definition) continue;
        group.definition = each;
        for (const auto product_id : each["product_ids"].elements()) {
          if (product_id.is_string()) group.products.push_back(intern(product_id.text()));
        }
      }
    }
  }
}

void Model::read_cvss(Node scores) {
  for (const auto item : scores.elements()) {
    for (const auto member : (is_2_0() ? item : item["content"]).members()) {
      const bool v2 = member.name == "cvss_v2";
      const bool v3 = member.name == "cvss_v3";
      if (!v2 && !v3 && (is_2_0() || member.name != "cvss_v4")) continue;
      CvssView view{.node = member.value,
                    .item = item,
                    .vulnerability = static_cast<std::uint32_t>(vulnerabilities.size()),
                    .key = member.name,
                    .vector = {}};
      if (auto vector = cvss::parse_vector(member.value.text_at("vectorString")); vector) {
        using cvss::Version;
        const auto version = vector->version;
        const bool fits = v2   ? version == Version::v2_0
                          : v3 ? version == Version::v3_0 || version == Version::v3_1
                               : version == Version::v4_0;
        if (fits) view.vector = std::move(*vector);
      }
      cvss.push_back(std::move(view));
    }
  }
}

void Model::read_vulnerability(Node node) {
  VulnerabilityView view;
  view.node = node;
  for (const auto member : node.members()) {
    if (member.name == "product_status") {
      for (const auto status_member : member.value.members()) {
        const auto* name = std::ranges::find(kStatusNames, status_member.name);
        if (name == std::end(kStatusNames)) continue;
        const auto which = static_cast<StatusMember>(name - std::begin(kStatusNames));
        for (const auto id : status_member.value.elements()) {
          if (!id.is_string()) continue;
          const auto number = intern(id.text());
          product_references.push_back({number, id});
          view.status.push_back({number, which, id});
        }
      }
    } else if (member.name == "scores" || member.name == "metrics" || member.name == "remediations" ||
               member.name == "threats" || member.name == "flags" || member.name == "notes" || member.name == "ids" ||
               member.name == "involvements" || member.name == "first_known_exploitation_dates") {
      refer_items(member.value);
      if (member.name == (is_2_0() ? "scores" : "metrics")) read_cvss(member.value);
    }
  }
  vulnerabilities.push_back(std::move(view));
}

ProductNumber Model::product(std::string_view id) const noexcept {
  const auto found = product_numbers_.find(id);
  return found == product_numbers_.end() ? kNone : found->second;
}

GroupNumber Model::group(std::string_view id) const noexcept {
  const auto found = group_numbers_.find(id);
  return found == group_numbers_.end() ? kNone : found->second;
}

std::vector<ProductNumber> Model::products_of(Node item) const {
  std::vector<ProductNumber> found;
  const auto add = [&](ProductNumber number) {
    if (number != kNone) found.push_back(number);
  };
  for (const auto each : item["product_ids"].elements()) add(product(each.text()));
  for (const auto each : item["products"].elements()) add(product(each.text()));
  for (const auto each : item["group_ids"].elements()) {
    const auto number = group(each.text());
    if (number == kNone) continue;
    const auto& members = groups[number].products;
    if (visits_ > kVisitsMax) {
      if (!members.empty()) add(members.front());
      continue;
    }
    visits_ += members.size();
    for (const auto product_number : members) add(product_number);
  }
  if (found.size() < 2) return found;
  // Each once, in order of appearance.
  std::vector<bool> seen(products.size());
  std::erase_if(found, [&](ProductNumber number) {
    if (seen[number]) return true;
    seen[number] = true;
    return false;
  });
  return found;
}

std::vector<const RevisionView*> Model::revisions_by_date() const {
  std::vector<const RevisionView*> sorted;
  sorted.reserve(revisions.size());
  for (const auto& each : revisions) sorted.push_back(&each);
  std::ranges::sort(sorted, [](const RevisionView* a, const RevisionView* b) {
    if (a->date != b->date) return a->date < b->date;
    if (const int order = compare(a->number, b->number); order != 0) return order < 0;
    return a->node.at() < b->node.at();
  });
  return sorted;
}

}  // namespace tocsin::formats::csaf
