#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/exposure/matcher.hpp"
#include "engine/exposure/targets.hpp"

/// What is behind Matcher, for the index over assets, which asks it the other way round. Internal to engine/exposure.
namespace tocsin::engine::exposure {

/// '*' any run, '?' one character (CSAF 2.1 section 3.1.3.3.5).
bool fits_pattern(std::string_view pattern, std::string_view text) noexcept;
/// "6ES7515-2AM0x-0AB0": an x stands for any character; gives the number as a pattern, or nothing. Behind a digit or at
/// the end: elsewhere an X is part of a number.
std::optional<std::string> own_pattern(std::string_view number);

/// Why a product may be the thing. Refers to the thing, its words and the names: a sentence is made only of what is
/// told.
struct Reason {
  enum class Kind : std::uint8_t { package, cpe, hash, serial, model_fits, number_is, number_fits, may_be, names };
  Kind kind = Kind::names;
  std::uint32_t name = 0;  ///< Of Targets::names.
  std::string_view text;   ///< The package, the number, what the thing is called.
  std::string_view more;   ///< A pattern; of `names` the order number that is known as the text.
};
/// "order number 6ES7... is Siemens SIMATIC ..."
std::string sentence(const Reason& reason, const Targets& targets);
std::string whole_name(const Name& name);

/// A product that may be the thing.
struct Candidate {
  std::uint32_t product = 0, number = 0;  ///< In the order in which they were offered.
  double fit = 0;
  Evidence evidence = Evidence::name;
  Reason reason;
  /// One of several that the thing may be, all of them of this advisory: only where all are affected, is it.
  bool one_of_all = false;
};

/// The thing with the version that its name tells and without it in its name, where no other is known: what is asked
/// about in its place.
std::optional<formats::inventory::Item> with_version_of_name(const formats::inventory::Item& item);

/// All that matching looks at but for the serial number and hashes, so that equal texts are matched alike.
std::string description_of(const formats::inventory::Item& item);

/// Those of one thing.
class Candidates {
 public:
  void offer(std::uint32_t product, double fit, Evidence evidence, const Reason& reason, bool one_of_all = false) {
    offered_.push_back({product, static_cast<std::uint32_t>(offered_.size()), fit, evidence, reason, one_of_all});
  }
  /// Keeps a text as long as the candidates.
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  /// By product, of each the surest; of equally sure ones the first that was offered.
  std::span<const Candidate> best();

 private:
  std::vector<Candidate> offered_;
  std::deque<std::string> texts_;
};

/// What a matcher said of kinds of things, by description_of: of all that read alike.
struct KindAnswers {
  struct Answer {
    std::vector<Match> matches;
    bool by_serial = false;  ///< Its serial number may decide otherwise of a single one.
  };
  HashMap<std::string, Answer> by_kind;
};

struct Matcher::State {
  Targets targets;
  bool prepared = false;

  /// `by_serial`: whether a serial number may decide. `memo`: the caller's, for many things.
  std::vector<Match> match(const formats::inventory::Item& item, bool& by_serial, VendorMemo* memo = nullptr) const;
  /// Matcher::match_each; of what is `known`, nothing is asked again.
  void match_each(std::span<const formats::inventory::Item* const> items, unsigned threads, const Told& told,
                  const KindAnswers* known) const;
  /// Is its serial number or a hash listed?
  bool is_listed(const formats::inventory::Item& item) const;
  void by_identifiers(const formats::inventory::Item& item, Candidates& candidates) const;
  void by_order_numbers(const ItemWords& words, Candidates& candidates) const;
  /// `number`: the order number that the thing is called so for; empty where its inventory calls it so.
  void by_names(const formats::inventory::Item& item, const ItemWords& words, std::string_view number,
                Candidates& candidates) const;
  /// What other advisories call its order numbers.
  void by_numbers_names(const formats::inventory::Item& item, const ItemWords& words, Candidates& candidates,
                        VendorMemo* memo) const;
  /// What an advisory says of the thing; of one advisory's products.
  std::optional<Match> judge(const formats::inventory::Item& item, const ItemWords& words,
                             std::span<const Candidate> candidates) const;
};

}  // namespace tocsin::engine::exposure
