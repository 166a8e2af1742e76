#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exposure/calibration.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/inventory/item.hpp"

/// Which advisories speak of a thing in the plant, what they say of its version, and why (CSAF 2.1 section 9.1.13, CSAF
/// asset matching system). In memory, without a database: the portal, the command line and an air-gapped site use the
/// same.
namespace tocsin::engine::exposure {

/// In the order of urgency: of several vulnerabilities of one advisory, the first decides.
enum class Status : std::uint8_t { affected, undecidable, under_investigation, fixed, not_affected };
std::string_view to_string(Status status) noexcept;  ///< "not_affected"

/// What an advisory says of one thing.
struct Match {
  std::size_t advisory = 0;  ///< As add() counted them, from 0.
  Status status = Status::undecidable;
  /// How sure it is that the advisory's product is this thing and that the status follows, 0..1: of matches with 0.8,
  /// 80 % are right.
  double confidence = 0;
  double fit = 0;  ///< What the confidence was made of: see calibration.hpp.
  Evidence evidence = Evidence::name;
  std::vector<std::string> product_ids;  ///< Those that decided.
  std::vector<std::string> cves;         ///< Vulnerabilities with this status; other ids where there is no CVE.
  std::string because;                   ///< One sentence that a person can check.
  std::string question;                  ///< undecidable: what would decide it.
};

/// Matches below this confidence are not told.
inline constexpr double kConfidenceMin = 0.2;
/// Those that people are shown where they do not say it otherwise.
inline constexpr double kConfidenceShown = 0.5;
/// Is it worth showing? A question is, however unsure.
inline bool is_worth_showing(const Match& match, double confidence_min = kConfidenceShown) noexcept {
  return match.confidence >= confidence_min || match.status == Status::undecidable;
}

/// Takes out what matching does not need: of many advisories it is most of them.
void strip(formats::csaf::Advisory& advisory);

class Matcher {
 public:
  Matcher();
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// Takes what matching needs of an advisory; gives its number.
  std::size_t add(const formats::csaf::Advisory& advisory);
  /// Weighs the names against each other: after the last add(), before the first match(). With `others`, which are
  /// prepared and outlive this: also against theirs, and theirs tell what an order number is called. So a few
  /// advisories are matched as if they stood among many.
  /// `part_of_others`: these are among them, so that a part of many matches as the many do.
  void prepare(const Matcher* others = nullptr, bool part_of_others = false);
  std::size_t advisories() const noexcept;
  /// tracking/id of an advisory.
  const std::string& id_of(std::size_t advisory) const noexcept;

  /// At most one match an advisory, by urgency and confidence. Any thread, after prepare().
  std::vector<Match> match(const formats::inventory::Item& item) const;
  /// The same for many: what reads alike is looked at once, by as many threads as `threads`. `told` hears of each item
  /// once, by its place, in no order and from any of the threads.
  using Told = std::function<void(std::size_t item, const std::vector<Match>& matches)>;
  void match_each(std::span<const formats::inventory::Item* const> items, unsigned threads, const Told& told) const;

 private:
  friend class AssetFinder;
  friend class AssetIndex;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::exposure
