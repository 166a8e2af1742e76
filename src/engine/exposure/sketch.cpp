#include "engine/exposure/sketch.hpp"

#include <algorithm>
#include <string>

#include "base/keyed_hash.hpp"
#include "engine/exposure/targets.hpp"

namespace tocsin::engine::exposure {
namespace {

/// Weights are summed in another precision and order than in fit().
constexpr float kSlack = 0.001F;

bool is_digits(std::string_view word) noexcept {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

/// 0..63, of first letter and length, and whether there are digits.
std::uint8_t shape_of(char first, std::size_t length, bool digits) noexcept {
  return static_cast<std::uint8_t>((static_cast<unsigned char>(first) * 11U + length + (digits ? 29U : 0U)) & 63U);
}
std::uint8_t shape_of(std::string_view word) noexcept { return shape_of(word.front(), word.size(), has_digits(word)); }

/// Of all that is_near says of a word; digits are not mistyped.
std::uint64_t shapes_near(std::string_view word) noexcept {
  const bool digits = has_digits(word);
  const std::size_t more = !digits && word.size() >= 7 ? 2 : 1;
  const std::size_t less = digits && !word.ends_with('s') ? 0 : std::min(more, word.size());
  std::uint64_t shapes = 0;
  for (auto length = word.size() - less; length <= word.size() + more; ++length)
    shapes |= std::uint64_t{1} << shape_of(word.front(), length, digits);
  return shapes;
}

/// 0..63, of the three bytes at a place.
std::uint8_t trigram_of(std::string_view word, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(word[at + i])); };
  return static_cast<std::uint8_t>(((byte(0) * 7U + byte(1)) * 13U + byte(2)) * 2'654'435'769U >> 26U);
}

bool has_bit(std::uint64_t bits, std::uint8_t at) noexcept { return (bits >> at & 1U) != 0; }

/// Of "panel" for "panels", and the other way round; 0 for what is short or has digits.
std::size_t other_number_hash(std::string_view word) {
  if (word.size() < 4 || has_digits(word)) return 0;
  return word.ends_with('s') ? KeyedHash{}(word.substr(0, word.size() - 1)) : KeyedHash{}(std::string{word} + "s");
}

}  // namespace

NameSketch sketch_of(const Name& name, std::vector<TermSketch>& terms) {
  NameSketch sketch;
  sketch.vendor = name.vendor_id;
  sketch.terms = static_cast<std::uint32_t>(terms.size());
  for (const auto hash : name.pieces.hashes()) sketch.hold(hash);
  for (const auto& word : name.vendor_words) sketch.hold(KeyedHash{}(word));
  for (const auto& initials : name.pieces.initials()) {
    const auto hash = KeyedHash{}(initials);
    sketch.hold(hash);
    sketch.initials |= std::uint64_t{1} << (hash & 63U);
  }
  for (const auto& word : name.pieces.words()) sketch.shapes |= std::uint64_t{1} << shape_of(word);
  for (std::size_t i = 0; i < name.words.terms.size(); ++i) {
    const auto& term = name.words.terms[i];
    const auto& first = term.spellings.front();
    const bool is_code = term.kind == NameTerm::Kind::code;
    const auto number = std::string_view{first}.substr(first.front() == 'v' ? 1 : 0);
    const bool is_release =
        term.kind == NameTerm::Kind::version || (is_code && number.size() <= 2 && is_digits(number));
    const auto hundreds = is_model_line(name, i)                                       ? first + "##"
                          : is_code && name.words.is_family && is_hundreds_code(first) ? hundreds_of(first)
                                                                                       : std::string{};
    const bool rare = name.rare[i] != 0;
    sketch.shapes |= std::uint64_t{1} << shape_of(first);
    if (rare) sketch.rare_shapes |= std::uint64_t{1} << shape_of(first);
    for (const auto& spelling : term.spellings) {
      const auto hash = KeyedHash{}(spelling);
      sketch.hold(hash);
      auto& added = terms.emplace_back();
      added.hash = static_cast<std::uint32_t>(hash);
      added.other = static_cast<std::uint32_t>(is_release         ? KeyedHash{}(number)
                                               : hundreds.empty() ? other_number_hash(spelling)
                                                                  : KeyedHash{}(hundreds));
      added.share = name.weight > 0 ? static_cast<float>(name.weights[i] / name.weight) : 0;
      added.shape = shape_of(first);
      if (first.size() >= 3) {
        added.start = trigram_of(first, 0);
        added.end = trigram_of(first, first.size() - 3);
      }
      added.goes_on = &spelling != &term.spellings.back();
      // "v5x": the x stands for any digit.
      added.perhaps = is_release && number.ends_with('x');
      added.rare = rare;
      added.family = !hundreds.empty();
      added.searched = is_code && first.size() >= 3;
      added.code = is_code;
      added.must = is_code && first.size() > 3 && !name.words.is_family;
    }
  }
  sketch.terms_count = static_cast<std::uint16_t>(terms.size() - sketch.terms);
  if (const auto front = front_as_one(name); !front.empty()) {
    sketch.front = static_cast<std::uint32_t>(KeyedHash{}(front));
  }
  return sketch;
}

ItemSketch sketch_of(const ItemWords& words) {
  ItemSketch sketch;
  for (const auto hash : words.pieces.hashes()) sketch.hold(hash);
  for (const auto& initials : words.pieces.initials()) sketch.hold(KeyedHash{}(initials));
  for (const auto& start : words.version_starts) sketch.hold(KeyedHash{}(start));
  for (const auto& word : words.vendor_words) {
    sketch.vendor_words.push_back(KeyedHash{}(word));
    sketch.hold(sketch.vendor_words.back());
  }
  const auto& all = words.pieces.words();
  for (const auto& word : all) {
    sketch.near |= shapes_near(word);
  }
  for (const auto& hundreds : words.hundreds) sketch.hold(KeyedHash{}(hundreds));
  for (const auto& word : words.unknown) {
    sketch.unknown_near |= shapes_near(word);
    sketch.mistyped_code = sketch.mistyped_code || has_digits(word);
  }
  std::size_t at = 0;
  for (const auto& [word, weight] : words.to_explain) {
    while (all[at] != word) ++at;  // They are among them in their order.
    ItemSketch::Word added;
    added.hash = KeyedHash{}(word);
    added.other = other_number_hash(word);
    added.weight = static_cast<float>(weight);
    added.near = shapes_near(word);
    for (std::size_t i = 0; i + 3 <= word.size(); ++i) added.trigrams |= std::uint64_t{1} << trigram_of(word, i);
    added.unknown = std::ranges::find(words.unknown, word) != words.unknown.end();
    added.with_digits = has_digits(word);
    added.may_be_initials = word.size() >= 3 && word.size() <= 5 && !added.with_digits;
    added.at = at;
    sketch.words.push_back(added);
  }
  sketch.weight = static_cast<float>(words.weight);
  if (!words.strongest.empty()) sketch.strongest = KeyedHash{}(words.strongest);
  return sketch;
}

bool may_fit(const NameSketch& name, const std::vector<TermSketch>& terms, const ItemWords& item) noexcept {
  const auto& thing = item.sketch;
  float covered = 0;
  bool code_missing = false, must_missing = false, family = false;
  std::uint64_t code_starts = 0, code_ends = 0;
  // "LeviStudio" holds the first two terms.
  int as_one = name.front != 0 && thing.may_hold(name.front) ? 2 : 0;
  for (std::size_t i = name.terms, end = name.terms + name.terms_count; i < end; ++i) {
    bool held = as_one-- > 0, written = false;
    for (;; ++i) {
      const auto& term = terms[i];
      written = written || thing.may_hold(term.hash);
      held = held || written || term.perhaps || (term.other != 0 && thing.may_hold(term.other)) ||
             has_bit(thing.unknown_near, term.shape) || (term.rare && has_bit(thing.near, term.shape));
      if (!term.goes_on) break;
    }
    if (held) covered += terms[i].share;
    if (terms[i].searched) {
      code_starts |= std::uint64_t{1} << terms[i].start;
      code_ends |= std::uint64_t{1} << terms[i].end;
      family = family || terms[i].family;
    }
    code_missing = code_missing || (terms[i].code && !held);
    must_missing = must_missing || (terms[i].must && !written);
  }
  // As is_hopeless says.
  if (must_missing && !thing.mistyped_code && (thing.strongest == 0 || !name.may_hold(thing.strongest))) return false;
  if (!code_missing) {
    if (covered >= kCoverMin - kSlack) return true;
    // Short words may be the first letters of several.
    for (const auto& word : thing.words) {
      if (word.may_be_initials && (name.initials >> (word.hash & 63U) & 1U) != 0) return true;
    }
  }
  if (item.weight < kItemWeightMin) return false;
  float left = thing.weight * (1 - static_cast<float>(kExplainedMin) + kSlack);
  for (const auto& word : thing.words) {
    const bool explained =
        name.may_hold(word.hash) || (word.other != 0 && name.may_hold(word.other)) ||
        ((word.unknown ? name.shapes : name.rare_shapes) & word.near) != 0 ||
        (word.with_digits && (family || ((word.trigrams & code_starts) != 0 && (word.trigrams & code_ends) != 0))) ||
        std::ranges::any_of(item.joins, [&](const ItemWords::Join& join) {
          return join.first <= word.at && word.at <= join.last && name.may_hold(join.hash);
        });
    if (explained) continue;
    left -= word.weight;
    // A thing with another code is not what the name says less of.
    if (left < 0 || (code_missing && word.with_digits)) return false;
  }
  return true;
}

}  // namespace tocsin::engine::exposure
