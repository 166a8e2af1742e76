#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "engine/exposure/decision.hpp"

/// How each decision point gets its value, and why. Internal to engine/exposure. The rules stand in docs/exposure.md.
namespace tocsin::engine::exposure {

/// An EPSS from which on an exploit is taken to be around: a tenth within 30 days.
inline constexpr double kEpssPublic = 0.1;
/// An outage within so many days is soon.
inline constexpr int kOutageSoonDays = 30;

struct Input {
  std::string value;    ///< Key.
  std::string because;  ///< In the thread's language.
  bool assumed = false;
};

/// "none" 0, "low" 1, "medium" 2, "high" 3, "very high" 4, also in German and Spanish, as numbers 0 to 4 and as safety
/// integrity levels. Nothing for words that say none of it.
std::optional<int> level_of(std::string_view text);

/// Dates as plants write them: 2026-12-24, 24.12.2026, 24/12/2026 (day first), 2026-12 (its first day). Nothing else.
std::optional<Timestamp> date_of(std::string_view text);
/// When the thing may be taken out of operation next; nothing where that is not known, or has passed.
std::optional<Timestamp> outage_of(const formats::inventory::Item& item, Timestamp today);

/// UTC.
Timestamp midnight_of(Timestamp moment) noexcept;
/// May it be taken out of operation at once, as the inventory says in words?
bool is_any_time(const formats::inventory::Item& item);
/// The day on which time alone may change a decision about it: its outage becomes soon, or has passed.
std::optional<Timestamp> time_changes_at(const formats::inventory::Item& item, Timestamp today);

/// What the inputs are derived from.
struct Case {
  const Match& match;
  const formats::inventory::Item& item;
  const VulnerabilityFacts& facts;
  const evidence::Evidence* evidence;  ///< May be nullptr.
  const evidence::Book& book;
  Timestamp today;  ///< Midnight.
};

/// Value of a decision point, by its namespace and key: nothing where it cannot be derived at all.
std::optional<Input> derive(std::string_view name_space, std::string_view key, const Case& of);
/// The values that derive() may give; empty where it cannot.
std::vector<std::string_view> derivable(std::string_view name_space, std::string_view key);
/// "ssvc:E, ssvc:EXP, ..."
std::string derivable_points();

/// Of the remedies, does it speak of the products that matched?
bool is_for(const Remedy& remedy, const Match& match);

}  // namespace tocsin::engine::exposure
