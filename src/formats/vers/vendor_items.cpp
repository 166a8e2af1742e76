#include "formats/vers/vendor_items.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace tocsin::formats::vers {
namespace {

using Kind = VendorToken::Kind;
using Part = VersionPart;
using Wildcard = VendorVersion::Wildcard;
using Item = VendorItem;

constexpr std::size_t kItemsMax = 64;

bool is_number(const Part& part) noexcept { return part.kind == Part::Kind::number; }

bool is_relative(const VendorVersion& version) noexcept { return version.parts.front().kind == Part::Kind::suffix; }

VendorVersion joined(const VendorVersion& base, const VendorVersion& suffix) {
  auto version = base;
  version.parts.insert(version.parts.end(), suffix.parts.begin(), suffix.parts.end());
  version.wildcard = suffix.wildcard;
  version.text.append(" ").append(suffix.text);
  return version;
}

class ItemReader {
 public:
  ItemReader(std::string_view product, Slips slips) : product_(product), slips_(slips) {}

  std::optional<VendorItems> read(const VendorTokens& tokens, std::string_view text) {
    const auto lower = text::lower_ascii(text);
    if (tokens.refused || !collect(tokens, text)) return std::nullopt;
    condition_.append(condition_.empty() || tokens.condition.empty() ? "" : "; ").append(tokens.condition);
    for (const auto& words : prose_) condition_.append(condition_.empty() ? "" : "; ").append(words);
    if (items_.empty() || everything_) {
      const bool about_all = everything_ || (!condition_.empty() && (prose_.empty() || lower.starts_with("all ")));
      if (!about_all) return std::nullopt;
      return VendorItems{.items = {},
                         .everything = true,
                         .doubtful = false,
                         .condition = std::move(condition_),
                         .component = {},
                         .foreign = false};
    }
    if (items_.size() > kItemsMax) return std::nullopt;
    if (!prose_.empty() && std::ranges::none_of(items_, &Item::operator_written)) return std::nullopt;
    include_hotfixes();
    names_before_signs();
    share_signs();
    if (items_.empty()) return std::nullopt;
    complete_suffixes();
    if (!conditions_of_other_kinds() || !names_allowed()) return std::nullopt;
    auto component = component_of_all(tokens);
    foreign_ = !component.empty() &&
               (named_ || is_foreign(tokens.component.empty() ? items_.front().words : tokens.component));
    if (slips_ == Slips::mended) {
      const bool foreign = component.empty() && (foreign_name(tokens.software_named) || !tokens.component.empty());
      doubtful_ = doubtful_ || tokens.cut_off || foreign || (named_ && component.empty()) || mixed_prefixes();
    }
    return VendorItems{.items = std::move(items_),
                       .everything = false,
                       .doubtful = doubtful_,
                       .condition = std::move(condition_),
                       .component = std::move(component),
                       .foreign = foreign_};
  }

 private:
  bool collect(const VendorTokens& tokens, std::string_view text) {
    Item next;
    bool pending = false;  // a sign without its version
    bool dash = false;     // the next version ends a range
    int between = 0;       // versions that "between" still asks for
    bool versions_in_segment = false;
    const auto close_segment = [&] {
      if (next.words.empty()) return;
      std::string words;
      for (const auto& word : next.words) words.append(words.empty() ? "" : " ").append(word);
      prose_.push_back(std::move(words));
      next.words.clear();
    };
    for (std::size_t i = 0; i < tokens.tokens.size(); ++i) {
      const auto& token = tokens.tokens[i];
      switch (token.kind) {
        case Kind::less:
        case Kind::less_or_equal:
        case Kind::greater:
        case Kind::greater_or_equal:
          if (pending) return false;
          pending = true;
          next.operator_written = true;
          next.sign =
              token.kind == Kind::less || token.kind == Kind::less_or_equal ? Item::Sign::below : Item::Sign::from;
          next.inclusive = token.kind == Kind::less_or_equal || token.kind == Kind::greater_or_equal;
          break;
        case Kind::equal:
          if (pending || dash) return false;
          pending = next.operator_written = true;
          break;
        case Kind::version:
          next.version = token.version;
          next.numbering = token.other_numbering;
          if (dash && !end_range(next)) return false;
          if (between > 0 && next.sign == Item::Sign::exact)
            next.sign = between == 2 ? Item::Sign::from : Item::Sign::below;
          between = std::max(0, between - 1);
          items_.push_back(std::move(next));
          next = {};
          pending = dash = false;
          versions_in_segment = true;
          break;
        case Kind::everything:
          // "* and > could be affected"
          if (pending) return false;
          if (i + 1 < tokens.tokens.size() && tokens.tokens[i + 1].kind == Kind::comma) return false;
          everything_ = everything_ || i + 1 == tokens.tokens.size() || tokens.tokens[i + 1].kind == Kind::bar ||
                        tokens.tokens[i + 1].kind == Kind::either;
          break;
        case Kind::bar:
        case Kind::either:
        case Kind::comma:
        case Kind::slash:
          if (pending || dash) return false;
          close_segment();
          next.joint = token.kind == Kind::slash          ? Item::Joint::slash
                       : token.kind == Kind::bar          ? Item::Joint::bar
                       : token.kind == Kind::either       ? Item::Joint::either
                       : next.joint == Item::Joint::blank ? Item::Joint::word
                                                          : next.joint;
          versions_in_segment = false;
          break;
        case Kind::dash:
          if (pending || dash || items_.empty() || items_.back().sign == Item::Sign::below) return false;
          dash = true;
          break;
        case Kind::between:
          between = 2;
          break;
        case Kind::including:
        case Kind::excluding:
          if (items_.empty()) return false;
          items_.back().marked = true;
          items_.back().inclusive = token.kind == Kind::including;
          break;
        case Kind::and_below:
        case Kind::and_above:
          if (items_.empty()) return false;
          // "< 4.2 (and earlier)"
          if (items_.back().sign != Item::Sign::exact &&
              (items_.back().sign == Item::Sign::below) != (token.kind == Kind::and_below)) {
            return false;
          }
          items_.back().sign = token.kind == Kind::and_below ? Item::Sign::below : Item::Sign::from;
          items_.back().inclusive = true;
          items_.back().operator_written = true;
          break;
        case Kind::possibly_below:
          if (items_.empty()) return false;
          items_.back().possibly_below = true;
          break;
        case Kind::word:
          // What follows a version and is not known may say anything about it.
          if (versions_in_segment && !pending) {
            return slips_ == Slips::mended && tail_of_version(tokens, i, text.substr(token.begin));
          }
          next.words.push_back(token.word);
          break;
      }
    }
    if (pending || dash) return false;
    close_segment();
    return true;
  }
  /// "<= 3.1 C++ / Matlab", "< 9 Linux Image 2019-12-13", "< 17.0 ?.10": what stands behind the only version restricts
  /// it, or is a part of it that nobody can compare.
  bool tail_of_version(const VendorTokens& tokens, std::size_t at, std::string_view tail) {
    constexpr std::size_t kTailBytesMax = 80;
    if (items_.size() != 1 || tail.size() > kTailBytesMax || !tokens.condition.empty()) return false;
    const bool more_bounds = std::any_of(
        tokens.tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.tokens.end(), [](const VendorToken& token) {
          return token.kind != Kind::word && token.kind != Kind::version && token.kind != Kind::slash &&
                 token.kind != Kind::comma && token.kind != Kind::bar;
        });
    auto& item = items_[0];
    const auto& version = item.version;
    const auto bar = tail.find('|');
    if (bar != std::string_view::npos && tail.find_first_of("0123456789", bar) != std::string_view::npos) return false;
    if (more_bounds || !item.words.empty() || version.wildcard != Wildcard::none || !is_number(version.parts.back()) ||
        !is_number(version.parts.front())) {
      return false;
    }
    const auto plain = tail.substr(0, tail.find('('));
    const bool names = plain.size() > 4 && plain.find_first_of("0123456789?") == std::string_view::npos;
    if (item.sign == Item::Sign::below && !item.marked) {
      item.goes_on = true;
      if (names) condition_ = tail;
      return true;
    }
    // "8.2 Advanced Reports | Dashboards Module"
    if (item.sign != Item::Sign::exact || item.operator_written || !names || leading_numbers(version) < 2 ||
        !text::contains(version.text, ".")) {
      return false;
    }
    condition_ = tail;
    return true;
  }
  /// The version behind "-" or "to".
  bool end_range(Item& high) {
    if (items_.empty() || high.sign == Item::Sign::from) return false;
    auto& low = items_.back();
    low.sign = Item::Sign::from;
    if (!low.marked && !low.operator_written) low.inclusive = true;
    if (high.sign == Item::Sign::exact) high.inclusive = true;
    high.sign = Item::Sign::below;
    high.joint = Item::Joint::blank;
    return true;
  }
  /// "<= 2.11 including hotfixes": the hotfixes of 2.11 too.
  void include_hotfixes() {
    const auto lower = text::lower_ascii(condition_);
    if (!lower.starts_with("including") || !contains_any(lower, {"hotfix", "hot fix", "patch", "update"})) return;
    auto& version = items_.back().version;
    if (!is_number(version.parts.back()) || items_.back().sign == Item::Sign::from || !items_.back().inclusive) return;
    version.wildcard = Wildcard::line;
    condition_.clear();
  }
  /// "NMC2 <= 6.9.6": a name that looks like a version, since the bound is written otherwise.
  void names_before_signs() {
    for (std::size_t i = 0; i + 1 < items_.size(); ++i) {
      auto& name = items_[i];
      auto& bound = items_[i + 1];
      if (name.sign != Item::Sign::exact || name.version.component.empty() || name.version.parts.size() != 1 ||
          !bound.operator_written || bound.joint != Item::Joint::blank ||
          bound.version.component == name.version.component) {
        continue;
      }
      bound.words.insert(bound.words.begin(), name.version.text);
      bound.joint = name.joint;
      items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  /// "<= 2.0.11 / 3.0.11": the sign is meant for both.
  void share_signs() {
    // "6.01.00/29.03.2007": the day of that release.
    std::erase_if(items_, [](const Item& item) {
      return item.joint == Item::Joint::slash && !item.operator_written &&
             item.version.parts.front().kind == Part::Kind::date;
    });
    for (std::size_t i = 1; i < items_.size(); ++i) {
      auto& item = items_[i];
      const auto& before = items_[i - 1];
      if (item.joint != Item::Joint::slash || item.operator_written || before.sign != Item::Sign::below) continue;
      item.sign = before.sign;
      item.inclusive = before.inclusive;
      item.operator_written = true;
    }
  }
  /// Versions that are only a suffix: a blank was lost before them, or the product's name holds what they complete.
  void complete_suffixes() {
    if (slips_ == Slips::none) return;
    std::optional<VendorVersion> base;
    bool base_read = false;
    std::vector<Item> kept;
    for (auto& item : items_) {
      if (item.version.prefix == "r" && leading_numbers(item.version) == 1 && item.version.parts.front().width <= 2) {
        if (!base_read) base = version_at_end(product_);
        base_read = true;
        // "R2" of a product whose name ends with a year.
        const bool plain = item.version.parts.size() == 1 || item.version.parts[1].kind == Part::Kind::suffix;
        if (plain && base && base->parts.size() == 1 && is_year(base->parts.front())) {
          item.version.parts.insert(item.version.parts.begin(), Part{Part::Kind::suffix, "r", 1, 0});
          item.version.prefix.clear();
        }
      }
      if (!is_relative(item.version)) {
        kept.push_back(std::move(item));
        continue;
      }
      if (item.joint == Item::Joint::bar && !item.operator_written && !kept.empty() &&
          kept.back().version.parts.front().kind == Part::Kind::number &&
          kept.back().version.wildcard == Wildcard::none) {
        auto& before = kept.back();
        before.version = joined(before.version, item.version);
        if (item.marked) {
          before.marked = true;
          before.inclusive = item.inclusive;
        }
        continue;
      }
      if (!base_read) base = version_at_end(product_);
      base_read = true;
      if (base) item.version = joined(*base, item.version);
      kept.push_back(std::move(item));
    }
    items_ = std::move(kept);
  }
  /// "<= V2.3.0 and Function State (FS) <= 3": both must hold. Another name may as well be another product.
  bool conditions_of_other_kinds() {
    for (std::size_t i = 1; i < items_.size();) {
      auto& item = items_[i];
      if (item.words.empty() || item.joint != Item::Joint::word || items_[i - 1].words == item.words) {
        ++i;
        continue;
      }
      std::string words;
      for (const auto& word : item.words) words.append(words.empty() ? "" : " ").append(word);
      if (!contains_any(text::lower_ascii(words), {"function state", "hardware", "hw version"})) return false;
      const std::string_view sign = item.sign == Item::Sign::exact   ? " "
                                    : item.sign == Item::Sign::below ? (item.inclusive ? " <= " : " < ")
                                                                     : (item.inclusive ? " >= " : " > ");
      words.append(sign).append(item.version.text);
      condition_.append(condition_.empty() ? "" : "; ").append(words);
      items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return true;
  }
  bool names_allowed() {
    constexpr std::size_t kWordsMax = 6;
    for (const auto& item : items_) {
      if (item.words.empty()) continue;
      if (item.words.size() > kWordsMax) return false;
      for (const auto& word : item.words) {
        const bool plain = std::ranges::all_of(word, [](char c) {
          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
                 c == '/';
        });
        if (!plain) return false;
      }
      if (item.operator_written) continue;
      // "LPI 3.5.12" is a version, "OPC Server V3" a name.
      const bool dotted = leading_numbers(item.version) >= 2 || item.version.wildcard == Wildcard::line;
      const bool acronyms = std::ranges::all_of(item.words, [](const std::string& word) { return word.size() <= 5; });
      if (item.words.size() > (item.version.prefix == "v" ? 2U : 1U) || !acronyms || !dotted) return false;
      named_ = true;
    }
    return true;
  }
  /// Short names are those of the product's own parts ("BIOS") or of its model.
  static bool is_foreign(const std::vector<std::string>& words) {
    return words.size() > 1 || (words.size() == 1 && words[0].size() > 6);
  }
  /// The bound may be of another thing than the one that is asked about.
  bool foreign_name(bool software_named) const {
    if (software_named) return false;
    return std::ranges::any_of(items_,
                               [&](const Item& item) { return is_foreign(item.words) && !own_name(item.words); });
  }
  /// "SRN4000 v2.16" of the "SRN-4000 firmware".
  bool own_name(const std::vector<std::string>& words) const {
    const auto letters_of = [](std::string_view text) {
      auto out = text::lower_ascii(text);
      std::erase_if(out, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')); });
      return out;
    };
    std::string together;
    for (const auto& word : words) together += letters_of(word);
    return !together.empty() && text::contains(letters_of(product_), together);
  }
  /// What all bounds are of, if they name it: "BIOS < V22", "Collection 2012", "6.3 of telerik".
  std::string component_of_all(const VendorTokens& tokens) const {
    if (tokens.software_named) return {};
    auto words = items_.front().words;
    if (!tokens.component.empty()) {
      if (!words.empty() || items_.size() != 1) return {};
      words = tokens.component;
    }
    const bool same = std::ranges::all_of(items_, [&](const Item& item) {
      return (item.operator_written || named_) &&
             (item.words == words || (item.words.empty() && &item != &items_.front()) || !tokens.component.empty());
    });
    // "6.3 of webkit": written in front of the sign it would be taken for a part of the product.
    const bool behind = !tokens.component.empty() && !is_foreign(words);
    if (!same || words.empty() || behind || own_name(words)) return {};
    std::string name;
    for (const auto& word : words) name.append(name.empty() ? "" : " ").append(word);
    return name;
  }
  /// "14.3 | R5.1 | <= R6": whether R6 is a version or a release of 14.3 cannot be seen.
  bool mixed_prefixes() const {
    const auto lettered = std::ranges::count_if(items_, [](const Item& item) { return item.version.prefix == "r"; });
    return items_.size() > 2 && lettered > 0 && lettered < static_cast<std::ptrdiff_t>(items_.size());
  }

  // What the items mean together.

  std::string_view product_;
  Slips slips_;
  std::string condition_;
  std::vector<std::string> prose_;  ///< Parts of the text without a version.
  std::vector<Item> items_;
  bool everything_ = false;
  bool doubtful_ = false;
  bool foreign_ = false;
  bool named_ = false;  ///< Versions without a sign have names in front.
};

}  // namespace

std::optional<VendorItems> read_vendor_items(const VendorTokens& tokens, std::string_view text,
                                             std::string_view product, Slips slips) {
  return ItemReader(product, slips).read(tokens, text);
}

std::size_t leading_numbers(const VendorVersion& version) noexcept {
  const auto end = std::ranges::find_if_not(version.parts, is_number);
  return static_cast<std::size_t>(end - version.parts.begin());
}

bool is_year(const Part& part) noexcept {
  return is_number(part) && part.text.size() == 4 && (part.text.starts_with("19") || part.text.starts_with("20"));
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text::contains(text, word); });
}

std::optional<VendorVersion> version_at_end(std::string_view product) {
  auto name = normalise_vendor_text(product);
  if (name.size() > kVendorVersionBytesMax) return std::nullopt;
  if (const auto note = name.rfind(" ("); note != std::string::npos && note > 0 && name.back() == ')')
    name.resize(note);
  for (std::size_t at = 0; at < name.size();) {
    VendorVersion version;
    if (scan_vendor_version(name, at, LettersFirst::with_digits, version) == name.size() &&
        is_number(version.parts.front())) {
      return version;
    }
    const auto blank = name.find(' ', at);
    if (blank == std::string::npos) break;
    at = blank + 1;
  }
  return std::nullopt;
}

bool is_weak(const VendorVersion& version) {
  const auto& first = version.parts.front();
  const bool dotted = text::contains(version.text, ".");
  if (!version.component.empty()) return true;
  // "6.3V1L10", "2020 R2S"
  const bool release_of_year =
      is_year(first) && version.parts.size() > 1 && version.parts[1].kind == Part::Kind::suffix;
  if (dotted && version.prefix == "v" && first.kind == Part::Kind::number) return false;
  if ((dotted && version.text.find('-') == std::string::npos && leading_numbers(version) >= 2) || release_of_year) {
    return false;
  }
  if (first.kind == Part::Kind::letters) {
    return !dotted || !std::all_of(version.parts.begin() + 1, version.parts.end(), is_number);
  }
  if (first.kind != Part::Kind::number) return first.kind == Part::Kind::date;
  if (first.width >= 3 && !is_year(first) && !dotted && version.prefix.empty()) return true;
  for (std::size_t i = 1; i < version.parts.size(); ++i) {
    const auto& part = version.parts[i];
    if (part.kind != Part::Kind::letters) continue;
    if (!dotted || part.text.size() > 2 || i + 1 < version.parts.size()) return true;
  }
  return false;
}

}  // namespace tocsin::formats::vers
