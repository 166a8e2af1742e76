#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "formats/vers/vendor_items.hpp"

namespace tocsin::formats::vers {
namespace {

using ReadingKind = VendorReading::Kind;
using Part = VersionPart;
using Wildcard = VendorVersion::Wildcard;
using Item = VendorItem;

bool is_number(const Part& part) noexcept { return part.kind == Part::Kind::number; }

void set_number(Part& part, std::string digits) {
  part.width = static_cast<std::uint32_t>(digits.size());
  part.text = std::move(digits);
}

std::string incremented(std::string digits) {
  for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
    if (*at != '9') {
      ++*at;
      return digits;
    }
    *at = '0';
  }
  return "1" + digits;
}

/// The first version behind everything that begins like this one; nothing for one that ends with letters.
std::optional<VendorVersion> behind(VendorVersion version) {
  if (version.parts.empty() || !is_number(version.parts.back())) return std::nullopt;
  set_number(version.parts.back(), incremented(version.parts.back().text));
  version.wildcard = Wildcard::none;
  version.text = canonical_text(version);
  return version;
}

/// "7.4x": the 7.40 and the 7.50 around it.
VendorVersion first_of_digits(VendorVersion version) {
  auto& last = version.parts.back();
  set_number(last, last.text == "0" ? "0" : last.text + "0");
  version.wildcard = Wildcard::none;
  version.text = canonical_text(version);
  return version;
}
VendorVersion behind_digits(VendorVersion version) {
  auto& last = version.parts.back();
  set_number(last, incremented(last.text) + "0");
  version.wildcard = Wildcard::none;
  version.text = canonical_text(version);
  return version;
}

VendorVersion plain(VendorVersion version) {
  if (version.wildcard != Wildcard::none) {
    version.wildcard = Wildcard::none;
    version.text = canonical_text(version);
  }
  return version;
}

/// Whether a version with a wildcard has an end that can be written.
bool bounds_a_line(const VendorVersion& version) {
  // "2021020x" would become a date.
  constexpr std::size_t kDigitsMax = 6;
  if (!is_number(version.parts.back())) return false;
  if (version.wildcard == Wildcard::digits && version.parts.back().text.size() > kDigitsMax) return false;
  auto line = version;
  line.wildcard = Wildcard::none;
  const auto written = canonical_text(line);
  VendorVersion again;
  return scan_vendor_version(written, 0, LettersFirst::alone, again) == written.size() &&
         again.parts == version.parts && again.wildcard == Wildcard::none;
}

VendorVersion first_parts(const VendorVersion& version, std::size_t count) {
  VendorVersion line;
  line.component = version.component;
  line.parts.assign(version.parts.begin(), version.parts.begin() + static_cast<std::ptrdiff_t>(count));
  line.text = canonical_text(line);
  return line;
}

class Grouper {
 public:
  Grouper(const VendorItems& items, std::string_view product, Slips slips, VendorReading& reading)
      : items_(items.items), condition_(items.condition), product_(product), slips_(slips), reading_(reading) {}

  bool group() {
    std::vector<Item> highs;
    std::vector<Item> lows;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const auto& item = items_[i];
      place_ = i;
      const bool more = i + 1 < items_.size();
      const Item* next = more ? &items_[i + 1] : nullptr;
      if (item.numbering) {
        if (i == 0) return false;
        numberings_.emplace_back(&items_[i - 1], &item.version);
        continue;
      }
      if (next != nullptr && next->numbering) next = i + 2 < items_.size() ? &items_[i + 2] : nullptr;
      const bool apart = next == nullptr || next->joint == Item::Joint::either;
      // "A10 < A11", "4.5 SP6 (including) and 4.5 SP6 Hotfix 8 (excluding)"
      const bool spans = !apart && item.sign == Item::Sign::exact && !item.operator_written &&
                         ((next->sign == Item::Sign::below && next->joint == Item::Joint::blank) ||
                          (next->sign == Item::Sign::exact && item.marked && next->marked));
      const bool opens = !apart && item.sign == Item::Sign::from && next->sign == Item::Sign::below;
      if (spans || opens) {
        if (pair(item, *next)) {
          i = static_cast<std::size_t>(next - items_.data());
          continue;
        }
        if (slips_ == Slips::mended) return false;
      }
      if (!apart && item.sign == Item::Sign::below && next->sign == Item::Sign::from &&
          compare(next->version, item.version) == VendorOrder::less && lone_low(i + 1)) {
        // "<= 3.2 and >= 2.0"
        if (!pair(*next, item)) return false;
        i = static_cast<std::size_t>(next - items_.data());
        continue;
      }
      if (slips_ == Slips::none && item.sign != Item::Sign::exact) {
        if (!(item.sign == Item::Sign::below ? add_highs({item}) : add_lows({item}))) return false;
        continue;
      }
      if (item.sign == Item::Sign::below) {
        // "<= S4 A.07": two things in one.
        if (next != nullptr && next->sign == Item::Sign::exact && next->joint == Item::Joint::blank) return false;
        if (lost_update(i)) {
          ++i;
          continue;
        }
        if (highs.empty()) highs_at_ = i;
        highs.push_back(item);
      } else if (item.sign == Item::Sign::from) {
        if (lows.empty()) lows_at_ = i;
        lows.push_back(item);
      } else if (!exact(item, next)) {
        return false;
      }
    }
    place_ = highs_at_;
    if (!add_highs(std::move(highs))) return false;
    place_ = lows_at_;
    if (!add_lows(lows)) return false;
    // In the order of the text, so that what is written is read again to the same.
    std::ranges::sort(certain_, {}, [](const Placed& entry) { return std::pair{entry.place, entry.serial}; });
    for (auto& entry : certain_) reading_.intervals.push_back(std::move(entry.interval));
    for (const auto& [item, version] : numberings_) take_numbering(*item, *version);
    return true;
  }

  void take_note(std::string_view note) {
    if (const auto build = build_of_note(note)) {
      take_build(*build, text::contains(text::lower_ascii(note), "b"));
      return;
    }
    // "5.0 (all previous versions too)"
    const auto lower = text::lower_ascii(note);
    if (contains_any(lower, {"prior", "earlier", "older", "below", "lower", "previous", "later", "newer", "above",
                             "higher", "<", ">"}) &&
        std::ranges::any_of(items_, [](const Item& item) { return item.sign == Item::Sign::exact; })) {
      doubtful_ = true;
    }
    for (std::size_t at = 0; at < note.size();) {
      VendorVersion version;
      const auto end = scan_vendor_version(note, at, LettersFirst::with_digits, version);
      const bool counts = leading_numbers(version) >= 2 || std::ranges::any_of(version.parts, [](const Part& part) {
                            return part.kind == Part::Kind::suffix;
                          });
      if (end > at && counts && version.component.empty()) {
        for (const auto& item : items_) {
          if (!item.numbering) take_numbering(item, version);
        }
        return;
      }
      const auto next = note.find_first_of(" =<>", std::max(at, end));
      if (next == std::string_view::npos) return;
      at = next + 1;
    }
  }

  bool doubtful() const noexcept { return doubtful_; }

 private:
  /// An interval with the place of its item in the text.
  struct Placed {
    std::size_t place = 0;
    std::size_t serial = 0;
    VendorInterval interval;
  };
  void add(VendorInterval interval) { certain_.push_back({place_, certain_.size(), std::move(interval)}); }

  /// A lower bound that has no upper one of its own behind it.
  bool lone_low(std::size_t i) const {
    return i + 1 >= items_.size() || items_[i + 1].sign != Item::Sign::below ||
           items_[i + 1].joint == Item::Joint::either;
  }

  bool pair(const Item& low, const Item& high) {
    if (compare(low.version, high.version) == VendorOrder::greater) return false;
    // A version without its sign begins the range.
    const bool low_inclusive = low.sign == Item::Sign::exact && !low.marked ? true : low.inclusive;
    const auto lower = low_bounds(low.version, low_inclusive);
    const auto upper = high_bounds(high.version, high.inclusive);
    if (!lower || !upper) return false;
    const bool empty =
        is_empty(lower->first.version, upper->first.version, lower->first.inclusive && upper->first.inclusive);
    if (empty && !lower->second && !upper->second) return false;
    if (!empty) add({lower->first, upper->first});
    if (!empty && lower->first.version.parts == upper->first.version.parts) exacts_.push_back(low.version);
    if (lower->second || upper->second) {
      const auto& outer_low = lower->second ? *lower->second : lower->first;
      const auto& outer_high = upper->second ? *upper->second : upper->first;
      if (is_empty(outer_low.version, outer_high.version, outer_low.inclusive && outer_high.inclusive)) return !empty;
      reading_.possible.push_back({outer_low, outer_high});
    }
    return true;
  }

  static bool is_empty(const VendorVersion& low, const VendorVersion& high, bool inclusive) {
    const auto order = compare(low, high);
    return order == VendorOrder::greater || (order == VendorOrder::equal && !inclusive);
  }

  /// A bound, and one further out where that may be meant.
  using Bounds = std::pair<VendorBound, std::optional<VendorBound>>;

  static std::optional<Bounds> high_bounds(const VendorVersion& version, bool inclusive) {
    if (version.wildcard == Wildcard::none) return Bounds{VendorBound{version, inclusive}, std::nullopt};
    if (!bounds_a_line(version)) return std::nullopt;
    const VendorBound outer{version.wildcard == Wildcard::line ? *behind(version) : behind_digits(version), false};
    if (inclusive) return Bounds{outer, std::nullopt};
    return Bounds{VendorBound{plain(version), false}, outer};
  }

  static std::optional<Bounds> low_bounds(const VendorVersion& version, bool inclusive) {
    if (version.wildcard == Wildcard::none) return Bounds{VendorBound{version, inclusive}, std::nullopt};
    if (!bounds_a_line(version)) return std::nullopt;
    const VendorBound outer{plain(version), true};
    if (version.wildcard == Wildcard::line) {
      if (inclusive) return Bounds{outer, std::nullopt};
      return Bounds{VendorBound{*behind(version), true}, outer};
    }
    return Bounds{VendorBound{inclusive ? first_of_digits(version) : behind_digits(version), true}, outer};
  }

  bool exact(const Item& item, const Item* next) {
    const auto& version = item.version;
    if (!condition_.empty() && contains_any(text::lower_ascii(condition_), {"except", "exclud", "other than"}))
      return false;
    if (slips_ == Slips::mended) {
      if (const auto halves = halves_of_range(version)) {
        add({VendorBound{halves->first, true}, VendorBound{halves->second, true}});
        return true;
      }
      if (!item.operator_written && is_weak(version) && !named_by_product(version)) doubtful_ = true;
      // "2.51 2.52" lacks a bar; "2017 8.1" may be one version.
      if (next != nullptr && next->joint == Item::Joint::blank && next->sign == Item::Sign::exact &&
          !alike(version, next->version)) {
        doubtful_ = true;
      }
    }
    if (version.wildcard == Wildcard::none) {
      add({VendorBound{version, true}, VendorBound{version, true}});
    } else {
      if (!bounds_a_line(version)) return false;
      const auto line_end = *behind(version);
      if (version.wildcard == Wildcard::line) {
        add({VendorBound{plain(version), true}, VendorBound{line_end, false}});
      } else {
        add({VendorBound{first_of_digits(version), true}, VendorBound{behind_digits(version), false}});
        reading_.possible.push_back({VendorBound{plain(version), true}, VendorBound{line_end, false}});
      }
    }
    if (item.possibly_below) reading_.possible.push_back({std::nullopt, VendorBound{plain(version), true}});
    exacts_.push_back(plain(version));
    return true;
  }

  /// "SE2021MP3" of "Solid Edge SE2021": the letters are no model's, and a pack of it is a version.
  bool named_by_product(const VendorVersion& version) const {
    const auto line = version.component + version.parts.front().text;
    return !version.component.empty() && version.parts.size() > 1 && version.parts[1].kind == Part::Kind::suffix &&
           text::contains_ignore_case_ascii(product_, line);
  }

  /// "20-33", "12.0.1-12.0.13", "V175-V189", but not the order number "750-852".
  static std::optional<std::pair<VendorVersion, VendorVersion>> halves_of_range(const VendorVersion& version) {
    const auto dash = version.text.find('-');
    if (dash == std::string::npos || version.text.find('-', dash + 1) != std::string::npos) return std::nullopt;
    std::pair<VendorVersion, VendorVersion> halves;
    const std::string_view text = version.text;
    const auto read = [](std::string_view half, VendorVersion& into) {
      return scan_vendor_version(half, 0, LettersFirst::alone, into) == half.size() && into.wildcard == Wildcard::none;
    };
    if (!read(text.substr(0, dash), halves.first) || !read(text.substr(dash + 1), halves.second)) return std::nullopt;
    const auto& [low, high] = halves;
    const bool letters = low.parts.size() == 1 && high.parts.size() == 1 && low.prefix.starts_with("rev") &&
                         low.parts[0].kind == Part::Kind::letters && high.parts[0].kind == Part::Kind::letters;
    const bool numbers = leading_numbers(low) == low.parts.size() && leading_numbers(high) == high.parts.size() &&
                         low.component.empty() && high.component.empty();
    if (low.parts.size() != high.parts.size() || !(numbers || letters) || compare(low, high) != VendorOrder::less) {
      return std::nullopt;
    }
    const auto& first = low.parts.front();
    const bool plausible = letters || low.parts.size() > 1 || first.width <= 2 ||
                           (is_year(first) && is_year(high.parts.front())) ||
                           (!low.prefix.empty() && low.prefix == high.prefix);
    return plausible ? std::optional{std::move(halves)} : std::nullopt;
  }

  static bool alike(const VendorVersion& a, const VendorVersion& b) {
    const bool prefixes = b.prefix.empty() || a.prefix == b.prefix;
    if (a.wildcard == Wildcard::line && b.wildcard == Wildcard::line) return prefixes;
    return prefixes && leading_numbers(a) >= 2 && leading_numbers(b) >= 2;
  }

  /// "< 16 | 6" of "TIA Portal V16": below 16 Update 6. A 6 below 16 would not have to be named.
  bool lost_update(std::size_t i) {
    if (slips_ == Slips::none || i != 0 || items_.size() != 2) return false;
    const auto& bound = items_[i];
    const auto& level = items_[i + 1];
    if (level.sign != Item::Sign::exact || level.joint != Item::Joint::bar || level.version.parts.size() != 1 ||
        !is_number(level.version.parts[0]) || !level.version.prefix.empty() ||
        level.version.wildcard != Wildcard::none || level.version.parts[0].width > 2 ||
        bound.version.wildcard != Wildcard::none || compare(level.version, bound.version) != VendorOrder::less) {
      return false;
    }
    auto outer = bound.version;
    outer.parts.push_back({Part::Kind::suffix, "update", 3, 0});
    outer.parts.push_back(level.version.parts[0]);
    outer.text += " Update " + level.version.text;
    const auto base = version_at_end(product_);
    if (base && relate(*base, bound.version).order == VendorOrder::equal) {
      add({std::nullopt, VendorBound{std::move(outer), bound.inclusive}});
    } else {
      add({std::nullopt, VendorBound{bound.version, bound.inclusive}});
      reading_.possible.push_back({std::nullopt, VendorBound{std::move(outer), bound.inclusive}});
    }
    return true;
  }

  bool add_highs(std::vector<Item> highs) {
    if (highs.empty()) return true;
    if (highs.size() > 1) {
      if (!release_lines(highs)) return false;
    } else {
      const auto bounds = high_bounds(highs[0].version, highs[0].inclusive);
      if (!bounds) return false;
      add({std::nullopt, bounds->first});
      if (bounds->second) reading_.possible.push_back({std::nullopt, bounds->second});
      // "< 9 Linux Image 2019-12-13": some of 9 is meant.
      if (highs[0].goes_on) reading_.possible.push_back({std::nullopt, VendorBound{*behind(highs[0].version), false}});
    }
    if (slips_ == Slips::none) return true;
    // "<= 3.14.25 | 3.15.18": the sign of the second may be lost.
    for (const auto& version : exacts_) {
      const auto order = compare(version, highs[0].version);
      if (order == VendorOrder::greater || order == VendorOrder::unknown) {
        reading_.possible.push_back({std::nullopt, VendorBound{version, true}});
      }
    }
    return true;
  }

  /// Several upper bounds are one for each release line, or one for each of several components. As a plain union only
  /// the greatest would count.
  bool release_lines(std::vector<Item>& highs) {
    // Insertion, since versions that do not compare would mislead a sort.
    for (std::size_t i = 1; i < highs.size(); ++i) {
      for (std::size_t j = i; j > 0; --j) {
        const auto order = compare(highs[j].version, highs[j - 1].version);
        if (order == VendorOrder::unknown) return false;
        if (order != VendorOrder::less) break;
        std::swap(highs[j], highs[j - 1]);
      }
    }
    for (const auto& item : highs) {
      if (item.version.wildcard != Wildcard::none) return false;
    }
    add({std::nullopt, VendorBound{highs[0].version, highs[0].inclusive}});
    const bool named = std::ranges::any_of(highs, [](const Item& item) { return !item.words.empty(); });
    // Two numbers may as well be the versions of two parts of the product.
    const bool deep = std::ranges::all_of(highs, [](const Item& item) { return leading_numbers(item.version) >= 3; });
    bool lines = !named && deep;
    std::vector<VendorVersion> starts;
    for (std::size_t i = 0; lines && i < highs.size(); ++i) {
      starts.push_back(first_parts(highs[i].version, leading_numbers(highs[i].version) - 1));
      lines = i == 0 || compare(starts[i - 1], starts[i]) == VendorOrder::less;
    }
    if (!lines) {
      reading_.possible.push_back({std::nullopt, VendorBound{highs.back().version, highs.back().inclusive}});
      return true;
    }
    for (std::size_t i = 1; i < highs.size(); ++i) {
      const auto gap = *behind(starts[i - 1]);
      // A line that is not named: nothing says whether it was mended.
      if (compare(gap, starts[i]) == VendorOrder::less) {
        reading_.possible.push_back({VendorBound{gap, true}, VendorBound{starts[i], false}});
      }
      // Below 8.0.0 there is nothing of the line 8.0.
      if (is_empty(starts[i], highs[i].version, highs[i].inclusive)) continue;
      add({VendorBound{starts[i], true}, VendorBound{highs[i].version, highs[i].inclusive}});
    }
    return true;
  }

  bool add_lows(const std::vector<Item>& lows) {
    for (const auto& item : lows) {
      const auto bounds = low_bounds(item.version, item.inclusive);
      if (!bounds) return false;
      const VendorInterval all_above{bounds->first, std::nullopt};
      if (slips_ == Slips::none) {
        add(all_above);
        continue;
      }
      if (bounds->second) reading_.possible.push_back({bounds->second, std::nullopt});
      // Two lower bounds: one of them is a misprint.
      if (lows.size() > 1) {
        reading_.possible.push_back(all_above);
        continue;
      }
      // ">= 2.0.0 | 2.6.2": the sign of the second may be lost, and then nothing above it is meant.
      const auto& last = items_.back();
      const bool lost = items_.size() == 2 && item.version.wildcard == Wildcard::none &&
                        last.sign == Item::Sign::exact && last.joint == Item::Joint::bar &&
                        compare(item.version, last.version) == VendorOrder::less &&
                        last.version.wildcard == Wildcard::none;
      if (lost) {
        certain_.back().interval = {bounds->first, VendorBound{last.version, true}};
        reading_.possible.push_back(all_above);
      } else {
        add(all_above);
      }
    }
    return true;
  }

  /// "< V12.1a (2018 R1)", "2018 SP3 Version 3.4.430": the same release by another count. An installation that counts
  /// like that must not be compared with the first one.
  void take_numbering(const Item& item, const VendorVersion& other) {
    const auto& main = item.version;
    if (slips_ == Slips::none || other.parts.empty() || !is_number(other.parts[0]) || !is_number(main.parts[0]) ||
        other.parts[0].text == main.parts[0].text || other.wildcard != Wildcard::none) {
      return;
    }
    VendorVersion floor;
    floor.parts.push_back(other.parts[0]);
    if (other.parts[0].text.size() != main.parts[0].text.size()) {
      const auto digits = other.parts[0].text.size();
      set_number(floor.parts[0], digits == 1 ? "0" : "1" + std::string(digits - 1, '0'));
    }
    floor.text = canonical_text(floor);
    if (item.sign == Item::Sign::below && alone() && is_year(other.parts[0]) != is_year(main.parts[0])) {
      return count_both(item, other, std::move(floor));
    }
    switch (item.sign) {
      case Item::Sign::below:
        if (is_empty(floor, other, true)) break;
        reading_.possible.push_back({VendorBound{std::move(floor), true}, VendorBound{other, true}});
        break;
      case Item::Sign::exact:
        reading_.possible.push_back({VendorBound{other, true}, VendorBound{other, true}});
        break;
      case Item::Sign::from:
        reading_.possible.push_back({VendorBound{other, true}, std::nullopt});
        break;
    }
  }

  /// The text names one bound and nothing else.
  bool alone() const { return std::ranges::count(items_, false, &Item::numbering) == 1; }

  /// Years and other numbers cannot be taken for each other, so each count has its own bound: "<= 2018 SP3 Version
  /// 3.4.430" is everything up to 3.4.430, and the years up to 2018 SP3.
  void count_both(const Item& item, const VendorVersion& other, VendorVersion year) {
    set_number(year.parts[0], "1000");
    year.text = canonical_text(year);
    const auto main = std::ranges::find_if(reading_.intervals, [&](const VendorInterval& interval) {
      return !interval.low && interval.high && interval.high->version.parts == item.version.parts;
    });
    if (main == reading_.intervals.end()) return;
    const VendorBound high{other, item.inclusive};
    if (is_year(other.parts[0])) {
      reading_.intervals.insert(main + 1, {VendorBound{std::move(year), true}, high});
    } else {
      main->low = VendorBound{std::move(year), true};
      reading_.intervals.insert(main, {std::nullopt, high});
    }
  }

  /// "< V22.2a (80)": the builds of V22.2a before that one. A build that is called so stands for its release, and only
  /// an installation that names its own build is less.
  void take_build(const std::string& build, bool named) {
    for (const auto& item : items_) {
      if (item.sign != Item::Sign::below || item.inclusive || item.version.wildcard != Wildcard::none) continue;
      if (!is_number(item.version.parts.front())) continue;
      auto outer = item.version;
      outer.text.append(" build ").append(build);
      outer.parts.push_back({Part::Kind::suffix, "build", 5, 0});
      for (const auto number : text::split(build, '.')) {
        if (number.empty()) return;
        const auto zeros = std::min(number.find_first_not_of('0'), number.size() - 1);
        outer.parts.push_back(
            {Part::Kind::number, std::string{number.substr(zeros)}, 0, static_cast<std::uint32_t>(number.size())});
      }
      reading_.possible.push_back({VendorBound{item.version, !named}, VendorBound{std::move(outer), false}});
    }
  }

  const std::vector<Item>& items_;
  const std::string& condition_;
  std::string_view product_;
  Slips slips_;
  VendorReading& reading_;
  std::vector<Placed> certain_;
  std::vector<std::pair<const Item*, const VendorVersion*>> numberings_;
  std::size_t place_ = 0;
  std::size_t highs_at_ = 0;
  std::size_t lows_at_ = 0;
  std::vector<VendorVersion> exacts_;
  bool doubtful_ = false;
};

}  // namespace

bool group_vendor_items(const VendorItems& items, const std::vector<std::string>& notes, std::string_view product,
                        Slips slips, VendorReading& reading) {
  reading.kind = items.everything ? ReadingKind::all : ReadingKind::range;
  reading.component = items.component;
  reading.foreign = items.foreign;
  if (!items.everything) {
    Grouper grouper(items, product, slips, reading);
    if (!grouper.group()) return false;
    for (const auto& note : notes) grouper.take_note(note);
    // An empty union would read as everything.
    if (reading.intervals.empty() && reading.possible.empty()) return false;
    if (items.doubtful || grouper.doubtful()) reading.possible.assign(1, VendorInterval{});
  }
  if (items.condition.empty()) return true;
  reading.kind = ReadingKind::condition;
  reading.condition = text::squeeze(items.condition);
  // "< V8.1 with WinCC V7.3 Upd 19": V8.1 with an older one of those may be meant.
  const auto lower = text::lower_ascii(reading.condition);
  const bool any_version = std::ranges::any_of(
      reading.possible, [](const VendorInterval& interval) { return !interval.low && !interval.high; });
  const bool bound_in_two_parts = slips == Slips::mended && !any_version &&
                                  (lower.starts_with("with ") || lower.starts_with("w/ ")) &&
                                  lower.find_first_of("0123456789") != std::string::npos;
  for (const auto& item : items.items) {
    if (!bound_in_two_parts || item.sign != Item::Sign::below || item.inclusive || !item.operator_written ||
        item.version.wildcard != Wildcard::none) {
      continue;
    }
    reading.possible.push_back({VendorBound{item.version, true}, VendorBound{item.version, true}});
  }
  // Square brackets mark the condition in to_text.
  std::ranges::replace_if(reading.condition, [](char c) { return c == '[' || c == ']'; }, '|');
  return true;
}

}  // namespace tocsin::formats::vers
