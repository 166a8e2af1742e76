#include "formats/csaf/structure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/grammar.hpp"
#include "formats/csaf/structure_fits.hpp"
#include "formats/csaf/structure_formats.hpp"
#include "formats/csaf/structure_patterns.hpp"

namespace tocsin::formats::csaf {
namespace {

/// Deeper than any honest product tree; the parser's limit is 64.
constexpr int kDepthMax = 200;
/// Members that the grammar does not know, remembered to find repeated ones.
constexpr std::size_t kOthersMax = 256;
/// Compared one by one rather than hashed.
constexpr std::size_t kFewElements = 16;

std::uint8_t type_of(Node json) noexcept {
  switch (json.tag()) {
    case '{':
      return kObjectType;
    case '[':
      return kArrayType;
    case '"':
      return kStringType;
    case 'l':
    case 'u':
      return kNumberType | kIntegerType;
    case 'd': {
      const double number = json.number().value_or(0);
      // JSON Schema: 1.0 is an integer.
      const bool whole = number == static_cast<double>(static_cast<std::int64_t>(std::clamp(number, -9e15, 9e15)));
      return whole ? kNumberType | kIntegerType : kNumberType;
    }
    case 't':
    case 'f':
      return kBooleanType;
    default:
      return kNullType;
  }
}

std::string type_names(std::uint8_t types) {
  static constexpr Message kNames[] = {message<"an object">, message<"an array">,   message<"a string">,
                                       message<"a number">,  message<"an integer">, message<"true or false">,
                                       message<"null">};
  std::string out;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if ((types >> i & 1) == 0) continue;
    if (!out.empty()) out += tr<" or ">();
    out += kNames[i].text();
  }
  return out;
}

/// Where the checker stands: a chain on the stack, turned into a pointer only when something is found.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;
  std::size_t index = 0;

  std::string pointer() const {
    if (parent == nullptr) return {};
    return name.data() == nullptr ? json::pointer_append(parent->pointer(), index)
                                  : json::pointer_append(parent->pointer(), name);
  }
};

class Checker {
 public:
  /// Without `findings` it stops at the first: `failed` says whether there is one.
  Checker(const Grammar& grammar, const Patterns& patterns, std::vector<Finding>* findings)
      : grammar_(grammar), patterns_(patterns), findings_(findings) {}

  bool failed() const noexcept { return failed_; }

  void check(Node json, std::int16_t index, const Place& place, int depth) {
    if (index < 0 || full()) return;
    if (depth > kDepthMax)
      return add(place, [&] { return std::string{tr<"the document is nested too deeply here">()}; });
    const auto position = static_cast<std::size_t>(index);
    const GrammarNode& node = grammar_.nodes[position];
    const auto type = type_of(json);
    if (node.types != 0 && (node.types & type) == 0) {
      return add(place, [&] { return tr<"expected {}, found {}">(type_names(node.types), found_name(type)); });
    }
    if (type == kObjectType) {
      check_object(json, node, place, depth);
    } else if (type == kArrayType) {
      check_array(json, node, place, depth);
    } else if (type == kStringType) {
      check_string(json.text(), position, place);
    } else if ((type & kNumberType) != 0) {
      check_number(json.number().value_or(0), node, place);
    }
    for (const auto branch : branches(node.all_of)) check(json, branch, place, depth + 1);
    if (node.any_of.count > 0) check_choice(json, node.any_of, false, place, depth);
    if (node.one_of.count > 0) check_choice(json, node.one_of, true, place, depth);
  }

 private:
  bool full() const noexcept { return findings_ == nullptr ? failed_ : findings_->size() >= kFindingsMax; }
  /// `message` is called only where it is kept.
  template <class F>
  void add(const Place& place, const F& message) {
    failed_ = true;
    if (findings_ != nullptr && !full()) keep(place.pointer(), message());
  }
  template <class Child, class F>
  void add_below(const Place& place, Child child, const F& message) {
    failed_ = true;
    if (findings_ != nullptr && !full()) keep(json::pointer_append(place.pointer(), child), message());
  }
  void keep(std::string path, std::string message) {
    findings_->push_back({"schema", Finding::Group::schema, std::move(path), std::move(message), {}});
  }
  std::span<const std::int16_t> branches(GrammarRange range) const {
    return grammar_.branches.subspan(range.begin, range.count);
  }

  static std::string found_name(std::uint8_t type) {
    return type_names((type & kNumberType) != 0 ? kNumberType : type);
  }

  void check_object(Node json, const GrammarNode& node, const Place& place, int depth) {
    const auto members = grammar_.members.subspan(node.members.begin, node.members.count);
    std::size_t count = 0;
    std::uint64_t seen = 0;  // bits of `members`; CSAF's largest object has 22
    std::vector<std::string_view> others;
    std::size_t guess = 0;
    for (const auto member : json.members()) {
      ++count;
      // Writers mostly sort their members, as the table does: the next one is the best guess.
      while (guess < members.size() && members[guess].name < member.name) ++guess;
      auto found = members.begin() + static_cast<std::ptrdiff_t>(guess);
      if (found == members.end() || found->name != member.name) {
        found = std::ranges::lower_bound(members, member.name, {}, &GrammarMember::name);
        if (found != members.end() && found->name == member.name) {
          guess = static_cast<std::size_t>(found - members.begin());
        }
      }
      if (found == members.end() || found->name != member.name) {
        if (std::ranges::find(others, member.name) != others.end()) {
          add_repeated(place, member.name);
        } else if (others.size() < kOthersMax) {
          others.push_back(member.name);
        }
        if (node.closed)
          add_below(place, member.name, [&] {
            return tr<"there is no member '{}' here{}">(text::shorten(member.name, 60), advice(member.name, members));
          });
        continue;
      }
      const auto bit = std::uint64_t{1} << (found - members.begin());
      if ((seen & bit) != 0) add_repeated(place, member.name);
      seen |= bit;
      const Place below{&place, member.name, 0};
      check(member.value, found->node, below, depth + 1);
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].required && (seen >> i & 1) == 0) {
        add_below(place, members[i].name, [&] { return std::string{tr<"this member is required">()}; });
      }
    }
    if (count < node.properties_min) {
      add(place, [&] {
        return trn<"expected at least {} member", "expected at least {} members">(
            static_cast<long long>(node.properties_min), text::thousands(node.properties_min));
      });
    }
    if (node.properties_max > 0 && count > node.properties_max) {
      add(place, [&] {
        return trn<"expected at most {} member", "expected at most {} members">(
            static_cast<long long>(node.properties_max), text::thousands(node.properties_max));
      });
    }
  }

  void add_repeated(const Place& place, std::string_view name) {
    add_below(place, name, [&] { return std::string{tr<"this member stands here more than once">()}; });
  }

  static std::string advice(std::string_view name, std::span<const GrammarMember> members) {
    for (const auto& member : members) {
      if (text::edit_distance(name, member.name, 2) <= 2) return tr<"; did you mean '{}'?">(member.name);
    }
    return {};
  }

  void check_array(Node json, const GrammarNode& node, const Place& place, int depth) {
    const auto size = json.size();
    if (size < node.items_min) {
      add(place, [&] {
        return trn<"expected at least {} element", "expected at least {} elements">(
            static_cast<long long>(node.items_min), text::thousands(node.items_min));
      });
    }
    if (node.items_max > 0 && size > node.items_max) {
      add(place, [&] {
        return trn<"expected at most {} element", "expected at most {} elements">(
            static_cast<long long>(node.items_max), text::thousands(node.items_max));
      });
    }
    if (node.unique && size > 1) check_unique(json, place);
    if (node.items < 0) return;
    std::size_t index = 0;
    for (const auto element : json.elements()) {
      if (full()) return;
      const Place below{&place, {}, index++};
      check(element, node.items, below, depth + 1);
    }
  }

  void check_unique(Node json, const Place& place) {
    bool strings = true;
    for (const auto element : json.elements()) strings = strings && element.is_string();
    std::vector<std::string> texts;
    if (!strings) {
      texts.reserve(json.size());
      for (const auto element : json.elements()) append_canonical(texts.emplace_back(), element);
    }
    if (strings && json.size() <= kFewElements) {
      std::array<std::string_view, kFewElements> earlier;
      std::size_t count = 0;
      for (const auto element : json.elements()) {
        const auto known = std::span{earlier}.first(count);
        if (std::ranges::find(known, element.text()) != known.end()) add_element_repeated(place, count);
        earlier[count++] = element.text();
      }
      return;
    }
    HashSet<std::string_view> seen;
    std::size_t index = 0;
    for (const auto element : json.elements()) {
      if (!seen.insert(strings ? element.text() : std::string_view{texts[index]}).second) {
        add_element_repeated(place, index);
      }
      ++index;
    }
  }

  void add_element_repeated(const Place& place, std::size_t index) {
    add_below(place, index,
              [&] { return std::string{tr<"this element stands here more than once; each may stand only once">()}; });
  }

  void check_string(std::string_view json, std::size_t position, const Place& place) {
    const GrammarNode& node = grammar_.nodes[position];
    // A character is at least a byte: most texts need no counting.
    if (json.size() < node.length_min || (node.length_min > 1 && json.size() < 4 * node.length_min) ||
        (node.length_max > 0 && json.size() > node.length_max)) {
      const auto length = static_cast<std::size_t>(
          std::ranges::count_if(json, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
      if (length < node.length_min) {
        add(place, [&] {
          return std::string{length == 0 ? std::string{tr<"expected a text that is not empty">()}
                                         : tr<"expected at least {} characters">(node.length_min)};
        });
      }
      if (node.length_max > 0 && length > node.length_max)
        add(place, [&] { return tr<"expected at most {} characters">(node.length_max); });
    }
    if (node.values.count > 0) {
      const auto allowed = grammar_.texts.subspan(node.values.begin, node.values.count);
      if (std::ranges::find(allowed, json) == allowed.end()) {
        std::string list;
        for (const auto each : allowed) list += (list.empty() ? "" : ", ") + std::string{each};
        add(place, [&] { return tr<"'{}' is none of {}">(text::shorten(json, 60), list); });
      }
    }
    if (!node.pattern.empty() && !patterns_.matches(position, json)) {
      add(place, [&] {
        return tr<"'{}' does not have the form {}">(text::shorten(json, 60), text::shorten(node.pattern, 200));
      });
    }
    if (node.format != GrammarFormat::none && !has_format(json, node.format)) {
      add(place, [&] { return tr<"'{}' is not {}">(text::shorten(json, 60), describe(node.format)); });
    }
  }

  void check_number(double json, const GrammarNode& node, const Place& place) {
    if (json < node.minimum) add(place, [&] { return tr<"expected a number of at least {}">(node.minimum); });
    if (json > node.maximum) add(place, [&] { return tr<"expected a number of at most {}">(node.maximum); });
  }

  /// At least one branch, or exactly one. Where none fits, what is said is what the nearest branch finds.
  void check_choice(Node json, GrammarRange range, bool exactly_one, const Place& place, int depth) {
    int fitting = 0;
    for (const auto branch : branches(range)) {
      Checker probe{grammar_, patterns_, nullptr};
      probe.check(json, branch, place, depth + 1);
      if (probe.failed()) continue;
      ++fitting;
      if (!exactly_one) return;
    }
    if (fitting == 1) return;
    if (fitting > 1) {
      return add(place, [] {
        return std::string{tr<"more than one of the forms that are allowed here fits; exactly one must">()};
      });
    }
    failed_ = true;
    if (findings_ == nullptr) return;
    std::vector<Finding> nearest;
    bool first = true;
    for (const auto branch : branches(range)) {
      std::vector<Finding> found;
      Checker{grammar_, patterns_, &found}.check(json, branch, place, depth + 1);
      if (first || found.size() < nearest.size()) nearest = std::move(found);
      first = false;
    }
    for (auto& finding : nearest) {
      if (!full()) findings_->push_back(std::move(finding));
    }
  }

  const Grammar& grammar_;
  const Patterns& patterns_;
  std::vector<Finding>* findings_;
  bool failed_ = false;
};

/// Walks value and grammar side by side. A value may be described by several nodes at once (choices and combinations):
/// a member is known where any of them knows it.
class UnknownMembers {
 public:
  explicit UnknownMembers(const Grammar& grammar) : grammar_(grammar) {}

  std::vector<std::string> find(Node root) {
    root_ = root;
    walk(root, {0});
    return std::move(found_);
  }

 private:
  void expand(std::int16_t index, std::vector<std::int16_t>& into) const {
    if (index < 0 || std::ranges::find(into, index) != into.end()) return;
    into.push_back(index);
    const auto& node = grammar_.nodes[static_cast<std::size_t>(index)];
    for (const auto range : {node.all_of, node.any_of, node.one_of}) {
      for (const auto branch : grammar_.branches.subspan(range.begin, range.count)) expand(branch, into);
    }
  }

  void walk(Node json, const std::vector<std::int16_t>& indices) {
    std::vector<std::int16_t> nodes;
    for (const auto index : indices) expand(index, nodes);
    if (json.is_array()) {
      std::vector<std::int16_t> below;
      for (const auto index : nodes) below.push_back(grammar_.nodes[static_cast<std::size_t>(index)].items);
      for (const auto element : json.elements()) walk(element, below);
      return;
    }
    // Where nothing is described, anything goes.
    const bool described = std::ranges::any_of(
        nodes, [&](std::int16_t index) { return grammar_.nodes[static_cast<std::size_t>(index)].members.count > 0; });
    if (!json.is_object() || !described) return;
    for (const auto member : json.members()) {
      std::vector<std::int16_t> below;
      for (const auto index : nodes) {
        const auto range = grammar_.nodes[static_cast<std::size_t>(index)].members;
        const auto members = grammar_.members.subspan(range.begin, range.count);
        const auto known = std::ranges::lower_bound(members, member.name, {}, &GrammarMember::name);
        if (known != members.end() && known->name == member.name) below.push_back(known->node);
      }
      if (below.empty()) {
        found_.push_back(json::pointer_append(json.pointer_from(root_), member.name));
      } else {
        walk(member.value, below);
      }
    }
  }

  const Grammar& grammar_;
  Node root_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<Finding> check_structure(Node root, CsafVersion version) {
  if (fits_certainly(root, version)) return {};
  return find_in_structure(root, version);
}

std::vector<Finding> find_in_structure(Node root, CsafVersion version) {
  return find_in_structure(root, grammar_of(version), patterns_of(version));
}

std::vector<Finding> find_in_structure(Node root, const Grammar& grammar, const Patterns& patterns) {
  std::vector<Finding> findings;
  Checker{grammar, patterns, &findings}.check(root, 0, Place{}, 0);
  return findings;
}

std::vector<Finding> check_part(Node value, CsafVersion version, std::span<const std::string_view> place) {
  const Grammar& grammar = grammar_of(version);
  std::int16_t index = 0;
  for (const auto step : place) {
    if (index < 0) return {};
    const auto& node = grammar.nodes[static_cast<std::size_t>(index)];
    if (step == "[]") {
      index = node.items;
      continue;
    }
    const auto members = grammar.members.subspan(node.members.begin, node.members.count);
    const auto found = std::ranges::lower_bound(members, step, {}, &GrammarMember::name);
    index = found != members.end() && found->name == step ? found->node : std::int16_t{-1};
  }
  if (fits_certainly(value, version, index)) return {};
  std::vector<Finding> findings;
  Checker{grammar, patterns_of(version), &findings}.check(value, index, Place{}, 0);
  return findings;
}

std::vector<std::string> unknown_members(Node root, CsafVersion version) {
  return UnknownMembers{grammar_of(version)}.find(root);
}

std::vector<Finding> check_structure(Node root) {
  const auto wrong = [](std::string path, std::string message) {
    return std::vector<Finding>{{"schema", Finding::Group::schema, std::move(path), std::move(message), {}}};
  };
  if (!root.is_object()) return wrong("", std::string{tr<"expected an object">()});
  const auto document = root["document"];
  if (!document) return wrong("/document", std::string{tr<"this member is required">()});
  const auto version = document.text_at("csaf_version");
  if (version == "2.0") return check_structure(root, CsafVersion::v2_0);
  if (version == "2.1") return check_structure(root, CsafVersion::v2_1);
  return wrong("/document/csaf_version", std::string{tr<"expected \"2.0\" or \"2.1\"">()});
}

}  // namespace tocsin::formats::csaf
