#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/keyed_hash.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/targets.hpp"
#include "formats/inventory/item.hpp"

namespace tocsin::engine::exposure {

struct KindAnswers;  ///< Of matcher_state.hpp.

/// Pairs of numbers, to be found by the first: eight bytes each, sorted, with what came lately beside it.
class NumberPairs {
 public:
  void add(std::uint32_t from, std::uint32_t to) { fresh_.push_back(std::uint64_t{from} << 32U | to); }
  /// Sorts what was added; before the next take().
  void settle();
  /// Appends what belongs to `from`, perhaps repeatedly.
  void take(std::uint32_t from, std::vector<std::uint32_t>& out) const;
  bool holds(std::uint32_t from, std::uint32_t to) const noexcept;  ///< Of what is settled.
  std::size_t size() const noexcept { return settled_.size() + fresh_.size() + sorted_.size(); }

 private:
  std::vector<std::uint64_t> settled_, sorted_, fresh_;
};

/// Which assets an advisory may speak of, for all organisations of a portal: the same keys as AssetIndex has, as
/// numbers, so that a million assets take some hundred megabytes; the assets themselves stay in the database. What the
/// keys lead to, also where words weigh otherwise than when an asset was added (what once said most of it still says
/// nearly most), is asked about by what is kept of it: each kind of thing once, however many assets are of it. So all
/// are found of which a matcher says something worth showing, and hardly any others.
class AssetFinder {
 public:
  /// Beyond so many entries (of eight bytes) it holds nothing and finds everything; kinds beyond so many bytes of texts
  /// are found by their keys alone.
  static constexpr std::size_t kEntriesMax = 48'000'000, kTextBytesMax = 128'000'000;
  explicit AssetFinder(std::size_t entries_max = kEntriesMax, std::size_t text_bytes_max = kTextBytesMax)
      : entries_max_(entries_max), text_bytes_max_(text_bytes_max) {}

  /// `known` tell what an order number is called and how common a word is. What was added of an asset before stays, and
  /// is found for nothing. `anew`: an advisory may call its order numbers otherwise by now.
  void add(std::int64_t asset, const formats::inventory::Item& item, std::span<const Matcher* const> known,
           bool anew = false);
  /// What find() had to do.
  struct Effort {
    std::size_t led_to = 0;  ///< Kinds that the keys lead to.
    std::size_t asked = 0;   ///< Of these, those that the matcher was asked about; the others are of other vendors.
    std::size_t found = 0;   ///< Kinds of which it says something.
  };
  /// The assets in the order of their numbers, or nothing: any. `answers`: of kinds that are found, so that they need
  /// not be asked about again; at most kAnswersMax.
  std::optional<std::vector<std::int64_t>> find(const Matcher& asked, Effort* effort = nullptr,
                                                KindAnswers* answers = nullptr);
  static constexpr std::size_t kAnswersMax = 20'000;
  /// Matcher::match_each, by one thread, which does not ask again what `answers` has.
  static void match_each(const Matcher& asked, std::span<const formats::inventory::Item* const> items,
                         const Matcher::Told& told, const KindAnswers& answers);
  /// Lays what was added so that find() need not.
  void settle();
  /// Does an advisory of these call one of the thing's order numbers something, so that it has to be added anew?
  static bool is_named_by(const Matcher& advisories, const formats::inventory::Item& item);
  bool is_full() const noexcept { return full_; }
  std::size_t entries() const noexcept {
    return kinds_by_term_.size() + assets_by_kind_.size() + assets_by_own_.size();
  }

 private:
  /// What is kept of a kind: what it shares with others of its product, and its own name.
  struct Kind {
    std::uint32_t base = 0;           ///< Of base_begins_, or kNoText.
    bool is_known_by_number = false;  ///< An advisory has called its order number something.
    std::uint32_t name_begin = 0;
  };
  static constexpr std::uint32_t kNoText = ~std::uint32_t{};
  /// Leaves only those of which the matcher says something, and those that nothing is known of.
  void keep_told(const Matcher& asked, std::vector<std::uint32_t>& kinds, KindAnswers* answers) const;
  void keep_text(const formats::inventory::Item& item);
  formats::inventory::Item item_of(std::uint32_t kind) const;
  std::string_view base_bytes(std::uint32_t base) const;
  void add_terms(const formats::inventory::Item& item, const Targets& known, std::uint32_t kind);
  void add_words(const ItemWords& words, const Targets& known, std::uint32_t kind);
  void add_term(char what, std::string_view text, std::uint32_t kind);

  std::size_t entries_max_, text_bytes_max_;
  bool full_ = false;
  std::vector<Kind> texts_;                                 ///< Of each kind.
  std::string names_;                                       ///< Of kinds, one behind the other.
  std::unordered_map<std::uint64_t, std::uint32_t> bases_;  ///< By a hash of their bytes.
  std::vector<std::uint32_t> base_begins_;
  std::string base_bytes_;                                  ///< Of pack() without name.
  std::unordered_map<std::uint64_t, std::uint32_t> kinds_;  ///< By a hash of what matching looks at.
  NumberPairs kinds_by_term_, assets_by_kind_, assets_by_own_;
  /// Words without digits that no advisory has, by first letter and length: they may be mistyped.
  HashMap<std::uint32_t, std::unordered_set<std::string, KeyedHash, std::equal_to<>>> unknown_;
  std::unordered_set<std::uint64_t> put_;  ///< Terms of the kind that is being added.
};

}  // namespace tocsin::engine::exposure
