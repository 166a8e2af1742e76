#include "formats/csaf/structure_fits.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/check.hpp"
#include "formats/csaf/grammar.hpp"
#include "formats/csaf/structure_formats.hpp"
#include "formats/csaf/structure_patterns.hpp"

namespace tocsin::formats::csaf {
namespace {

/// Far below what the checker that finds takes.
constexpr int kFitsDepthMax = 100;

/// A text of the grammar, laid out to be compared with one on the tape, which stands behind its length there: most
/// differ in the first two machine words, or in none.
class KnownText {
 public:
  explicit KnownText(std::string_view text) : text_(text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    const auto inside = std::min(text.size(), kInWords);
    std::array<char, 16> bytes{}, mask{};
    std::memcpy(bytes.data(), &length, sizeof length);
    std::memcpy(bytes.data() + sizeof length, text.data(), inside);
    std::fill_n(mask.begin(), sizeof length + inside, static_cast<char>(-1));
    begin_ = load(bytes.data());
    begin_mask_ = load(mask.data());
    more_ = load(bytes.data() + 8);
    more_mask_ = load(mask.data() + 8);
    if (text.size() > kInWords) end_ = load(text.data() + text.size() - sizeof end_);
  }

  /// `at`: the length of a text on the tape, whose memory goes on for some bytes behind each.
  bool is(const char* at) const noexcept {
    const auto differing = ((load(at) ^ begin_) & begin_mask_) | ((load(at + 8) ^ more_) & more_mask_);
    return differing == 0 && (text_.size() <= kInWords || ends_as(at + sizeof(std::uint32_t)));
  }

 private:
  static constexpr std::size_t kInWords = 12;

  static std::uint64_t load(const char* from) noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
  }
  bool ends_as(const char* text) const noexcept {
    if (load(text + text_.size() - sizeof end_) != end_) return false;
    return text_.size() <= kInWords + sizeof end_ ||
           std::memcmp(text + kInWords, text_.data() + kInWords, text_.size() - kInWords) == 0;
  }

  std::uint64_t begin_ = 0, begin_mask_ = 0;  ///< The length and four bytes.
  std::uint64_t more_ = 0, more_mask_ = 0;    ///< The next eight.
  std::uint64_t end_ = 0;                     ///< The last eight.
  std::string_view text_;
};

/// What most values are, so that they need not take the general way.
enum class Shape : std::uint8_t {
  plain,   ///< A text that is not empty, and no more.
  text,    ///< A text with values, a pattern or a format.
  object,  ///< An object without a choice.
  array,   ///< An array without a choice.
  other,
};

struct FastMember {
  KnownText name;
  std::int16_t node = -1;
  Shape shape = Shape::other;  ///< Of its node.
};

/// What GrammarNode holds, with what is compared most laid out for it.
struct FastNode {
  std::uint8_t types = 0;
  Shape shape = Shape::other;
  bool closed = false, unique = false, has_choice = false, has_size = false;
  bool may_be_empty = false, has_pattern = false, has_length = false;  ///< Of a text.
  GrammarFormat format = GrammarFormat::none;
  std::int16_t items = -1;
  /// Where those of this node begin: one for the first member, one behind each; of a text one for its value.
  std::uint32_t followers = 0;
  GrammarRange members, values;
  std::uint64_t required = 0;  ///< Bits of `members`.
  const GrammarNode* node = nullptr;
  std::size_t position = 0;  ///< Of `node` in the grammar.
  /// Members that may have one value only, with it.
  std::vector<std::pair<std::string_view, std::string_view>> constants;
};

/// A grammar laid out for the check.
struct Tables {
  explicit Tables(CsafVersion version) : grammar(grammar_of(version)), patterns(patterns_of(version)) {
    for (const auto& member : grammar.members) members.push_back({KnownText{member.name}, member.node});
    for (const auto text : grammar.texts) texts.emplace_back(text);
    for (const auto& node : grammar.nodes) {
      // One bit for each member.
      TOCSIN_CHECK(node.members.count <= 64);
      FastNode fast{.types = node.types,
                    .closed = node.closed,
                    .unique = node.unique,
                    .has_choice = node.all_of.count + node.any_of.count + node.one_of.count > 0,
                    .has_size = node.properties_min > 0 || node.properties_max > 0,
                    .may_be_empty = node.length_min == 0,
                    .has_pattern = !node.pattern.empty(),
                    .has_length = node.length_min > 1 || node.length_max > 0,
                    .format = node.format,
                    .items = node.items,
                    .followers = followers,
                    .members = node.members,
                    .values = node.values,
                    .node = &node,
                    .position = nodes.size(),
                    .constants = {}};
      followers += node.members.count + 1U;
      for (std::size_t i = 0; i < node.members.count; ++i) {
        const auto& member = grammar.members[node.members.begin + i];
        if (member.required) fast.required |= std::uint64_t{1} << i;
        if (member.node < 0) continue;
        const auto values = grammar.nodes[static_cast<std::size_t>(member.node)].values;
        if (values.count == 1) fast.constants.emplace_back(member.name, grammar.texts[values.begin]);
      }
      fast.shape = shape_of(fast);
      nodes.push_back(fast);
    }
    for (auto& member : members) {
      if (member.node >= 0) member.shape = nodes[static_cast<std::size_t>(member.node)].shape;
    }
  }

  static Shape shape_of(const FastNode& fast) noexcept {
    if (fast.has_choice) return Shape::other;
    if (fast.types == kObjectType) return Shape::object;
    if (fast.types == kArrayType) return Shape::array;
    if (fast.types != kStringType) return Shape::other;
    const bool more = fast.has_pattern || fast.has_length || fast.format != GrammarFormat::none ||
                      fast.values.count > 0 || fast.node->length_min != 1;
    return more ? Shape::text : Shape::plain;
  }

  const Grammar& grammar;
  const Patterns& patterns;
  std::vector<FastNode> nodes;
  std::vector<FastMember> members;
  std::vector<KnownText> texts;
  std::uint32_t followers = 0;  ///< How many guesses there are to remember.
};

const Tables& tables_of(CsafVersion version) {
  static const Tables v2_0{CsafVersion::v2_0};
  static const Tables v2_1{CsafVersion::v2_1};
  return version == CsafVersion::v2_0 ? v2_0 : v2_1;
}

/// Guesses of this thread, from document to document. A wrong one costs a search, no more.
std::uint16_t* followers_of(const Tables& tables) {
  thread_local std::unordered_map<const Tables*, std::vector<std::uint16_t>> remembered;
  auto& followers = remembered[&tables];
  followers.resize(tables.followers);
  return followers.data();
}

class Fits {
 public:
  /// `model`: null, or that of the document.
  Fits(const Tables& tables, const Tape& tape, const Model* model)
      : tape_(tape),
        entries_(tape.entries),
        strings_(tape.strings),
        grammar_(tables.grammar),
        patterns_(tables.patterns),
        nodes_(tables.nodes.data()),
        members_(tables.members.data()),
        texts_(tables.texts.data()),
        followers_(followers_of(tables)),
        model_(model) {}

  /// The value that begins at this entry. `covered`: another node that describes it has seen each of its members, once.
  bool fits(std::uint32_t at, std::int16_t index, int depth, bool covered = false) const {
    if (index < 0) return true;
    const FastNode& node = nodes_[index];
    const auto allows = [&](std::uint8_t type) { return node.types == 0 || (node.types & type) != 0; };
    bool good = false;
    switch (tape_.tag(at)) {
      case '{':
        good = allows(kObjectType) && fits_object(at, node, depth, covered);
        break;
      case '[':
        good = allows(kArrayType) && fits_array(at, node, depth);
        break;
      case '"':
        good = allows(kStringType) && fits_string(text_behind(entries_[at]), node);
        break;
      case 'l':
      case 'u':
        good = allows(kNumberType | kIntegerType) && fits_number(Node{tape_, at}, node);
        break;
      case 'd':
        // 1.0 is an integer too: that is for the other checker.
        good = allows(kNumberType) && fits_number(Node{tape_, at}, node);
        break;
      case 't':
      case 'f':
        good = allows(kBooleanType);
        break;
      default:
        good = allows(kNullType);
    }
    return good && (!node.has_choice || fits_choices(at, *node.node, depth, covered || node.members.count > 0));
  }

 private:
  static bool is_tagged(std::uint64_t entry, char tag) noexcept { return static_cast<char>(entry >> 56) == tag; }
  /// Of an entry that is a text: where its length stands, and the text behind that.
  const char* text_behind(std::uint64_t entry) const noexcept { return strings_ + (entry & Tape::kPayload); }
  static std::uint32_t length_at(const char* text) noexcept {
    std::uint32_t length = 0;
    std::memcpy(&length, text, sizeof length);
    return length;
  }
  bool is_plain(std::uint64_t entry) const noexcept {
    return is_tagged(entry, '"') && length_at(text_behind(entry)) > 0;
  }

  /// What fits() answers, of a node that is known to have this shape.
  bool fits_shape(std::uint32_t at, Shape shape, std::int16_t index, int depth) const {
    const auto entry = entries_[at];
    switch (shape) {
      case Shape::plain:
        return is_plain(entry);
      case Shape::text:
        return is_tagged(entry, '"') && fits_string(text_behind(entry), nodes_[index]);
      case Shape::object:
        return is_tagged(entry, '{') && fits_object(at, nodes_[index], depth, false);
      case Shape::array:
        return is_tagged(entry, '[') && fits_array(at, nodes_[index], depth);
      case Shape::other:
        break;
    }
    return fits(at, index, depth);
  }

  bool fits_object(std::uint32_t object, const FastNode& node, int depth, bool covered) const {
    if (depth > kFitsDepthMax) return false;
    // Members that are not known may be forbidden, or stand twice.
    const bool may_have_others = !node.closed && covered;
    if (node.members.count == 0) return fits_without_members(Node{tape_, object}, node, may_have_others);
    const FastMember* const members = members_ + node.members.begin;
    // Writers keep an order: what came behind this member last time is the best guess, then what comes next in the
    // table.
    auto* const followers = followers_ + node.followers;
    auto* guess = followers;
    const auto last = static_cast<std::uint32_t>(entries_[object]) - 1;
    std::uint64_t seen = 0;
    for (auto here = object + 1; here < last;) {
      const auto* const name = text_behind(entries_[here]);
      const auto value = entries_[here + 1];
      std::size_t at = *guess;
      if (!members[at].name.is(name)) {
        at = find_member(name, members, node.members.count, static_cast<std::size_t>(guess - followers));
        if (at == node.members.count) {
          if (!may_have_others) return false;
          here = tape_.end(here + 1);
          continue;
        }
        *guess = static_cast<std::uint16_t>(at);
      }
      guess = followers + at + 1;
      const auto bit = std::uint64_t{1} << at;
      if ((seen & bit) != 0) return false;
      seen |= bit;
      const auto& member = members[at];
      // What stands most often comes first; a text is one entry, a container tells where it ends.
      if (member.shape == Shape::plain) {
        if (!is_plain(value)) return false;
        here += 2;
      } else if (member.shape == Shape::text) {
        if (!is_tagged(value, '"') || !fits_string(text_behind(value), nodes_[member.node])) return false;
        here += 2;
      } else {
        if (!fits_shape(here + 1, member.shape, member.node, depth + 1)) return false;
        here = tape_.end(here + 1);
      }
    }
    return (node.required & ~seen) == 0 && (!node.has_size || has_good_size(Node{tape_, object}, *node.node));
  }

  [[gnu::noinline]] static bool fits_without_members(Node json, const FastNode& node, bool may_have_others) {
    // A choice alone: its branches look at the members.
    const bool branches_look = !node.closed && node.has_choice;
    return (branches_look || may_have_others || json.empty()) && has_good_size(json, *node.node);
  }

  /// Where a name stands among members, from `first` on; `count` where it does not. Seldom needed, and kept apart so
  /// that the loop that asks has the registers.
  [[gnu::noinline]] static std::size_t find_member(const char* name, const FastMember* members, std::size_t count,
                                                   std::size_t first) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = first + i < count ? first + i : first + i - count;
      if (members[at].name.is(name)) return at;
    }
    return count;
  }

  static bool has_good_size(Node json, const GrammarNode& node) noexcept {
    const auto size = json.size();
    return size >= node.properties_min && (node.properties_max == 0 || size <= node.properties_max);
  }

  bool fits_array(std::uint32_t at, const FastNode& node, int depth) const {
    if (depth > kFitsDepthMax) return false;
    const Node json{tape_, at};
    const auto size = json.size();
    if (size < node.node->items_min || (node.node->items_max > 0 && size > node.node->items_max)) return false;
    const auto shape = node.items < 0 ? Shape::other : nodes_[node.items].shape;
    if (shape == Shape::plain && model_ != nullptr) {
      if (const auto* list = model_->list_of(json)) return list->all_named && (list->distinct || !node.unique);
    }
    if (node.unique && size > 1 && !differ(json)) return false;
    if (node.items < 0) return true;
    const auto last = static_cast<std::uint32_t>(entries_[at]) - 1;
    for (auto element = at + 1; element < last; element = tape_.end(element)) {
      if (!fits_shape(element, shape, node.items, depth + 1)) return false;
    }
    return true;
  }

  static bool differ(Node json) {
    for (const auto element : json.elements()) {
      if (!element.is_string()) return values_differ(json);
    }
    return texts_differ(json);
  }

  static bool values_differ(Node json) {
    std::vector<std::string> texts;
    for (const auto element : json.elements()) append_canonical(texts.emplace_back(), element);
    std::ranges::sort(texts);
    return std::ranges::adjacent_find(texts) == texts.end();
  }

  static bool texts_differ(Node json) {
    constexpr std::size_t kFew = 16;
    std::array<std::string_view, kFew> few;
    const bool is_few = json.size() <= kFew;
    // Ids that are counted up are each longer than the one before, or as long and greater: nothing to look for.
    bool rising = true;
    std::size_t count = 0;
    std::string_view before;
    for (const auto element : json.elements()) {
      const auto text = element.text();
      if (is_few) {
        const auto known = std::span{few}.first(count);
        if (std::ranges::find(known, text) != known.end()) return false;
        few[count] = text;
      } else if (count > 0 && (text.size() < before.size() || (text.size() == before.size() && text <= before))) {
        rising = false;
      }
      before = text;
      ++count;
    }
    if (is_few || rising) return true;
    std::vector<std::string_view> sorted;
    sorted.reserve(count);
    for (const auto element : json.elements()) sorted.push_back(element.text());
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
  }

  /// `at`: the length of the text, which stands behind it.
  bool fits_string(const char* at, const FastNode& node) const {
    const std::string_view text{at + sizeof(std::uint32_t), length_at(at)};
    if (text.empty() && !node.may_be_empty) return false;
    if (node.has_length && !has_good_length(text, *node.node)) return false;
    if (node.values.count > 0) {
      const auto* const values = texts_ + node.values.begin;
      // Of few values one stands again and again.
      auto& guess = followers_[node.followers];
      if (!values[guess].is(at)) {
        std::uint16_t found = 0;
        while (found < node.values.count && !values[found].is(at)) ++found;
        if (found == node.values.count) return false;
        guess = found;
      }
    }
    if (node.has_pattern && !patterns_.matches(node.position, text)) return false;
    return node.format == GrammarFormat::none || has_format(text, node.format);
  }

  [[gnu::noinline]] static bool has_good_length(std::string_view text, const GrammarNode& node) {
    const auto characters = static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    return characters >= node.length_min && (node.length_max == 0 || characters <= node.length_max);
  }

  static bool fits_number(Node json, const FastNode& node) {
    const auto number = json.number().value_or(0);
    return number >= node.node->minimum && number <= node.node->maximum;
  }

  bool fits_choices(std::uint32_t at, const GrammarNode& node, int depth, bool covered) const {
    if (depth > kFitsDepthMax) return false;
    const auto branches = [&](GrammarRange range) { return grammar_.branches.subspan(range.begin, range.count); };
    const auto fit = [&](std::int16_t branch) { return fits(at, branch, depth + 1, covered); };
    if (!std::ranges::all_of(branches(node.all_of), fit)) return false;
    if (node.any_of.count > 0 && std::ranges::none_of(branches(node.any_of), fit)) return false;
    if (node.one_of.count == 0) return true;
    // Exactly one: what is not certain to fit must be certain not to.
    std::size_t fitting = 0;
    for (const auto branch : branches(node.one_of)) {
      if (is_ruled_out(Node{tape_, at}, branch)) continue;
      if (!fit(branch)) return false;
      ++fitting;
    }
    return fitting == 1;
  }

  /// A member that may have one value only has another: the version of a CVSS object.
  bool is_ruled_out(Node json, std::int16_t branch) const {
    if (branch < 0) return false;
    for (const auto& [name, value] : nodes_[branch].constants) {
      const auto found = json[name];
      if (found.is_string() && found.text() != value) return true;
    }
    return false;
  }

  const Tape& tape_;
  const std::uint64_t* entries_;
  const char* strings_;
  const Grammar& grammar_;
  const Patterns& patterns_;
  const FastNode* nodes_;
  const FastMember* members_;
  const KnownText* texts_;
  std::uint16_t* followers_;
  const Model* model_;
};

}  // namespace

bool fits_certainly(Node root, CsafVersion version) { return fits_certainly(root, version, 0); }

bool fits_certainly(const Model& model) {
  const auto root = model.root();
  return Fits{tables_of(model.version()), root.tape(), &model}.fits(root.at(), 0, 0);
}

bool fits_certainly(Node value, CsafVersion version, std::int16_t index) {
  return Fits{tables_of(version), value.tape(), nullptr}.fits(value.at(), index, 0);
}

}  // namespace tocsin::formats::csaf
