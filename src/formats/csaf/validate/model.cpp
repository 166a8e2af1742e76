#include "formats/csaf/validate/model.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kStatusNames[kStatusMembers] = {"first_affected", "first_fixed",         "fixed",
                                                           "known_affected", "known_not_affected",  "last_affected",
                                                           "recommended",    "under_investigation", "unknown"};

/// Memory of a document with more than this many of anything is not kept for the next one.
constexpr std::size_t kKept = 1 << 16;

template <class Container>
void empty(Container& container) {
  if (container.size() > kKept) {
    container = Container{};
  } else {
    container.clear();
  }
}

/// Of members that stand twice, as looking for one by name does.
void keep_first(Node& first, Node value) noexcept {
  if (!first) first = value;
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

void Model::clear() {
  fits_schema = has_only_known_members = false;
  status = {};
  tracking_version = {};
  initial_release_date = current_release_date = std::nullopt;
  empty(products);
  empty(definitions);
  empty(product_references);
  empty(lists);
  empty(branches);
  empty(groups);
  empty(group_definitions);
  empty(group_references);
  empty(vulnerabilities);
  empty(remediations_of_nothing);
  empty(flags_of_nothing);
  empty(cvss);
  empty(revisions);
  empty(revisions_by_date_);
  empty(product_numbers_);
  empty(group_numbers_);
  empty(status_);
  empty(status_end_);
  empty(list_products_);
  empty(list_end_);
  empty(listed_);
  empty(list_at_);
  empty(gathered_);
  empty(is_gathered_);
  last_list_ = kNone;
  looked_up_ = 0;
  visits_ = 0;
  vectors_.clear_if_large();
}

void Model::read(Node root, CsafVersion version) {
  clear();
  version_ = version;
  root_ = root;
  document = root["document"];
  read_document();
  product_tree = root["product_tree"];
  read_product_tree();
  for (const auto each : root["vulnerabilities"].elements()) read_vulnerability(each);
  // Nothing is added any more: what was counted can be pointed at.
  for (std::uint32_t i = 0; i < lists.size(); ++i) lists[i].products = products_of_list(i);
  // Members may come in any order.
  if (!std::ranges::is_sorted(list_at_, {}, &ListAt::at)) std::ranges::sort(list_at_, {}, &ListAt::at);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < vulnerabilities.size(); ++i) {
    vulnerabilities[i].status = std::span{status_}.subspan(begin, status_end_[i] - begin);
    begin = status_end_[i];
  }
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

std::uint32_t Model::list_number(Node array) {
  const auto bytes = array.bytes_of_texts();
  if (bytes.empty()) return kNone;
  const auto is = [&](std::size_t list) { return lists[list].bytes == bytes; };
  auto number = last_list_;
  if (number == kNone || !is(number)) {
    // Those before are not many where documents are written by machines; a document with very many pays for a few.
    constexpr std::size_t kLookedAtMax = 16;
    const auto first = lists.size() > kLookedAtMax ? lists.size() - kLookedAtMax : 0;
    auto known = lists.size();
    while (known > first && !is(known - 1)) --known;
    number = known > first ? static_cast<std::uint32_t>(known - 1) : new_list(array, bytes);
  }
  last_list_ = number;
  list_at_.push_back({array.at(), number});
  return number;
}

std::uint32_t Model::new_list(Node array, std::string_view bytes) {
  const auto number = static_cast<std::uint32_t>(lists.size());
  auto& list = lists.emplace_back();
  list.bytes = bytes;
  for (const auto each : array.elements()) {
    const auto text = each.text();
    list.all_named = list.all_named && !text.empty();
    const auto product_number = intern(text);
    if (listed_.size() <= product_number) listed_.resize(products.size());
    list.distinct = list.distinct && listed_[product_number] != number + 1;
    listed_[product_number] = number + 1;
    list_products_.push_back(product_number);
  }
  list_end_.push_back(static_cast<std::uint32_t>(list_products_.size()));
  return number;
}

std::span<const ProductNumber> Model::products_of_list(std::uint32_t list) const noexcept {
  const std::size_t begin = list == 0 ? 0 : list_end_[list - 1];
  return std::span{list_products_}.subspan(begin, list_end_[list] - begin);
}

const ProductList* Model::list_of(Node array) const noexcept {
  if (!array) return nullptr;
  for (std::size_t i = looked_up_; i < looked_up_ + 2 && i < list_at_.size(); ++i) {
    if (list_at_[i].at != array.at()) continue;
    looked_up_ = i;
    return &lists[list_at_[i].list];
  }
  const auto found = std::ranges::lower_bound(list_at_, array.at(), {}, &ListAt::at);
  if (found == list_at_.end() || found->at != array.at()) return nullptr;
  looked_up_ = static_cast<std::size_t>(found - list_at_.begin());
  return &lists[found->list];
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
  if (id.is_string()) product_references.push_back({intern(id.text()), kNone, id});
}

void Model::refer_products(Node array) {
  if (const auto list = list_number(array); list != kNone) {
    product_references.push_back({kNone, list, array});
  } else {
    for (const auto each : array.elements()) refer(each);
  }
}

void Model::refer_groups(Node array) {
  for (const auto each : array.elements()) {
    if (each.is_string()) group_references.push_back({intern_group(each.text()), each});
  }
}

bool Model::refer_item(Node item) {
  bool names_any = false;
  for (const auto member : item.members()) {
    const bool products_of_item = is(member.name, "product_ids");
    if (products_of_item || is(member.name, "products")) {
      refer_products(member.value);
      names_any = names_any || products_of_item;
    } else if (is(member.name, "group_ids")) {
      refer_groups(member.value);
      names_any = true;
    }
  }
  return names_any;
}

void Model::refer_items(Node array, std::vector<Node>* of_nothing) {
  for (const auto each : array.elements()) {
    if (!refer_item(each) && of_nothing != nullptr && each.is_object()) of_nothing->push_back(each);
  }
}

void Model::read_document() {
  Node category_node, notes;
  tracking = lang = source_lang = Node{};
  for (const auto member : document.members()) {
    if (is(member.name, "category")) {
      keep_first(category_node, member.value);
    } else if (is(member.name, "lang")) {
      keep_first(lang, member.value);
    } else if (is(member.name, "notes")) {
      keep_first(notes, member.value);
    } else if (is(member.name, "source_lang")) {
      keep_first(source_lang, member.value);
    } else if (is(member.name, "tracking")) {
      keep_first(tracking, member.value);
    }
  }
  category = category_node.text();
  read_tracking();
  refer_items(notes);
}

void Model::read_tracking() {
  for (const auto member : tracking.members()) {
    if (is(member.name, "version")) {
      tracking_version = read_version_number(member.value.text());
    } else if (is(member.name, "status")) {
      status = member.value.text();
    } else if (is(member.name, "initial_release_date")) {
      initial_release_date = time_of(member.value.text());
    } else if (is(member.name, "current_release_date")) {
      current_release_date = time_of(member.value.text());
    } else if (is(member.name, "revision_history")) {
      for (const auto each : member.value.elements()) {
        revisions.push_back({each, read_version_number(each.text_at("number")), time_of(each.text_at("date"))});
      }
    }
  }
  sort_revisions();
}

void Model::read_branches(Node array, std::uint32_t parent, std::uint32_t depth) {
  for (const auto each : array.elements()) {
    const auto index = static_cast<std::uint32_t>(branches.size());
    branches.push_back({each, {}, {}, parent, depth});
    for (const auto member : each.members()) {
      if (is(member.name, "category")) {
        keep_first(branches[index].category, member.value);
      } else if (is(member.name, "name")) {
        keep_first(branches[index].name, member.value);
      } else if (is(member.name, "product")) {
        define(Definition::Kind::branch, member.value, each, index);
      } else if (is(member.name, "branches")) {
        // The reader's limit on depth bounds this.
        read_branches(member.value, index, depth + 1);
      }
    }
  }
}

void Model::read_product_tree() {
  for (const auto member : product_tree.members()) {
    if (is(member.name, "branches")) {
      read_branches(member.value, kNone, 1);
    } else if (is(member.name, "full_product_names")) {
      for (const auto each : member.value.elements()) define(Definition::Kind::full_product_name, each, each, kNone);
    } else if (is(member.name, "relationships") && is_2_0()) {
      for (const auto each : member.value.elements()) {
        define(Definition::Kind::relationship, each["full_product_name"], each, kNone);
        refer(each["product_reference"]);
        refer(each["relates_to_product_reference"]);
      }
    } else if (is(member.name, "product_paths") && is_2_1()) {
      for (const auto each : member.value.elements()) {
        define(Definition::Kind::product_path, each["full_product_name"], each, kNone);
        refer(each["beginning_product_reference"]);
        for (const auto subpath : each["subpaths"].elements()) refer(subpath["next_product_reference"]);
      }
    } else if (is(member.name, "product_groups")) {
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
                    .key = member.name};
      if (const auto* entry = vectors_.find(member.value.text_at("vectorString"))) {
        using cvss::Version;
        const auto version = entry->vector.version;
        const bool fits = v2   ? version == Version::v2_0
                          : v3 ? version == Version::v3_0 || version == Version::v3_1
                               : version == Version::v4_0;
        if (fits) {
          view.vector = &entry->vector;
          view.scores = &entry->scores;
        }
      }
      cvss.push_back(view);
    }
  }
}

void Model::read_status(Node product_status) {
  for (const auto member : product_status.members()) {
    const auto* name = std::ranges::find(kStatusNames, member.name);
    if (name == std::end(kStatusNames)) continue;
    const auto which = static_cast<StatusMember>(name - std::begin(kStatusNames));
    if (const auto list = list_number(member.value); list != kNone) {
      product_references.push_back({kNone, list, member.value});
      const auto numbers = products_of_list(list);
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        status_.push_back({numbers[i], which, member.value.text_element(i)});
      }
      continue;
    }
    for (const auto id : member.value.elements()) {
      if (!id.is_string()) continue;
      refer(id);
      status_.push_back({intern(id.text()), which, id});
    }
  }
}

void Model::read_vulnerability(Node node) {
  VulnerabilityView view;
  view.node = node;
  for (const auto member : node.members()) {
    if (is(member.name, "product_status")) {
      keep_first(view.product_status, member.value);
      read_status(member.value);
    } else if (is(member.name, "remediations")) {
      refer_items(member.value, &remediations_of_nothing);
    } else if (is(member.name, "flags")) {
      keep_first(view.flags, member.value);
      refer_items(member.value, &flags_of_nothing);
    } else if (is(member.name, "notes")) {
      keep_first(view.notes, member.value);
      refer_items(member.value);
    } else if (is(member.name, "scores") || is(member.name, "metrics")) {
      refer_items(member.value);
      if (is(member.name, "scores") != is_2_0()) continue;
      keep_first(view.scores, member.value);
      read_cvss(member.value);
    } else if (is(member.name, "involvements")) {
      keep_first(view.involvements, member.value);
      refer_items(member.value);
    } else if (is(member.name, "threats") || is(member.name, "ids") ||
               is(member.name, "first_known_exploitation_dates")) {
      refer_items(member.value);
    } else if (is(member.name, "cve")) {
      keep_first(view.cve, member.value);
    } else if (is(member.name, "cwe")) {
      keep_first(view.cwe, member.value);
    }
  }
  vulnerabilities.push_back(view);
  status_end_.push_back(static_cast<std::uint32_t>(status_.size()));
}

ProductNumber Model::product(std::string_view id) const noexcept {
  const auto found = product_numbers_.find(id);
  return found == product_numbers_.end() ? kNone : found->second;
}

GroupNumber Model::group(std::string_view id) const noexcept {
  const auto found = group_numbers_.find(id);
  return found == group_numbers_.end() ? kNone : found->second;
}

std::span<const ProductNumber> Model::products_of(Node item) const {
  const auto ids = item["product_ids"];
  const auto more = item["products"];
  const auto group_ids = item["group_ids"];
  if (!group_ids && !(ids && more)) {
    if (const auto* list = list_of(ids ? ids : more); list != nullptr && list->distinct) return list->products;
  }
  gathered_.clear();
  is_gathered_.resize(products.size());
  const auto add = [&](ProductNumber number) {
    if (number == kNone || is_gathered_[number]) return;
    is_gathered_[number] = true;
    gathered_.push_back(number);
  };
  for (const auto array : {ids, more}) {
    for (const auto each : array.elements()) {
      if (each.is_string()) add(product(each.text()));
    }
  }
  for (const auto each : group_ids.elements()) {
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
  for (const auto number : gathered_) is_gathered_[number] = false;
  return gathered_;
}

void Model::sort_revisions() {
  revisions_by_date_.clear();
  for (const auto& each : revisions) revisions_by_date_.push_back(&each);
  if (revisions.size() < 2) return;
  std::ranges::sort(revisions_by_date_, [](const RevisionView* a, const RevisionView* b) {
    if (a->date != b->date) return a->date < b->date;
    if (const int order = compare(a->number, b->number); order != 0) return order < 0;
    return a->node.at() < b->node.at();
  });
}

}  // namespace tocsin::formats::csaf
