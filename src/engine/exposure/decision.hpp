#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/evidence/book.hpp"
#include "engine/exposure/controls.hpp"
#include "engine/exposure/matcher.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/inventory/item.hpp"
#include "formats/ssvc/decision_table.hpp"

/// What to do about a match: a decision by a table that anybody can read, not a score. Pure: match, thing, what the
/// advisory says, evidence and the day in; the decision with its path out.
namespace tocsin::engine::exposure {

/// In the order of urgency. The numbers are stored (store::AssetMatch::decision).
enum class Action : std::uint8_t { act_now, mitigate_now, next_outage, accept, nothing_to_do };
inline constexpr Action kActions[] = {Action::act_now, Action::mitigate_now, Action::next_outage, Action::accept,
                                      Action::nothing_to_do};
std::string_view to_string(Action action) noexcept;  ///< "act_now"
std::optional<Action> parse_action(std::string_view text) noexcept;
std::string_view in_words(Action action) noexcept;  ///< "Act now", "Mitigate now, patch later"

/// What an advisory offers for products.
struct Remedy {
  formats::csaf::RemediationCategory category = formats::csaf::RemediationCategory::mitigation;
  std::string details;  ///< In one line, at most kRemedyBytesMax.
  std::string url;
  std::optional<Timestamp> date;
  bool restart = false;                  ///< The document says that something has to be restarted.
  std::vector<std::string> product_ids;  ///< Empty: all.
};
inline constexpr std::size_t kRemedyBytesMax = 300;

/// What deciding needs to know of one vulnerability of an advisory.
struct VulnerabilityFacts {
  std::string id;  ///< As Match::cves has it.
  std::string vector;
  std::optional<double> epss;  ///< As the document knew it.
  std::string active;          ///< Why the document says that it is exploited; empty: it does not say so.
  std::string proof;           ///< Why it says that an exploit is public.
  std::string none;            ///< Why it says that none is known.
  std::vector<Remedy> remedies;
};
using AdvisoryFacts = std::vector<VulnerabilityFacts>;
AdvisoryFacts decision_facts(const formats::csaf::Advisory& advisory);

/// A table whose points Tocsin can derive and whose outcome it understands.
class Rules {
 public:
  /// One of the built-in ones: "ot" (the default), "deployer" (CERT/CC), "cisa" (CISA coordinator).
  static const Rules& built_in(std::string_view name);
  static std::span<const std::string_view> built_in_names() noexcept;
  /// Errors: invalid_input where a decision point is none of those that can be derived, or lacks one of the values that
  /// may come out, naming them; where the outcome is none of ssvc:DSOI, cisa:CISA and ours.
  static Result<Rules> of(formats::ssvc::DecisionTable table);
  /// A table as JSON. Errors: also those of reading it.
  static Result<Rules> read(std::string_view json);
  /// JSON of a built-in one.
  static std::string_view document(std::string_view built_in);

  const formats::ssvc::DecisionTable& table() const noexcept { return table_; }
  Action action(std::size_t outcome) const noexcept { return actions_[outcome]; }

 private:
  formats::ssvc::DecisionTable table_;
  std::vector<Action> actions_;  ///< By index of the outcome's values.
};

/// One point of the path.
struct Step {
  std::string point;     ///< "ssvc:E:1.1.0"
  std::string name;      ///< "Exploitation"
  std::string value;     ///< "A"
  std::string in_words;  ///< "Active"
  std::string because;   ///< In the thread's language; the others are the table's words.
  bool assumed = false;  ///< Nothing says it: the more careful value was taken.
};

struct ToDo {
  formats::csaf::RemediationCategory category = formats::csaf::RemediationCategory::vendor_fix;
  std::string text, url;
  std::vector<const Control*> controls;  ///< What the text asks for, by the catalogues' names.
};

struct Decision {
  Action action = Action::nothing_to_do;
  std::string because;        ///< One sentence.
  std::string vulnerability;  ///< Of several, the one that decided; empty where nothing is to do.
  std::string table;          ///< "x_tocsin.portal#ot:DT_OT:1.0.0"; empty: none was asked.
  std::vector<Step> path;
  std::optional<Timestamp> due;              ///< Day by which it is to be done.
  bool due_at_once = false;                  ///< As soon as may be, so that `due` is the day of deciding.
  std::vector<ToDo> to_do;                   ///< Fix, mitigation, workaround; each once, for the products that matched.
  std::vector<const Control*> compensating;  ///< Where there is no fix yet.
  /// "Exploitation=Active because ...; System Exposure=Open because ... (assumed)"
  std::string path_text() const;
};

/// Of several vulnerabilities the most urgent decides. `today`: midnight or any moment of the day.
Decision decide(const Match& match, const formats::inventory::Item& item, const AdvisoryFacts& facts,
                const evidence::Book& book, const Rules& rules, Timestamp today);

}  // namespace tocsin::engine::exposure
