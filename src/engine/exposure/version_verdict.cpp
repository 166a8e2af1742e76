#include "engine/exposure/version_verdict.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace vers = formats::vers;
using Answer = vers::Affected::Answer;
using formats::inventory::Item;

bool is_main_component(std::string_view component) {
  const auto folded = text::fold(component);
  if (folded.empty()) return true;
  for (const std::string_view word : {"firmware", "fw", "software", "sw", "version", "os", "operating", "release"}) {
    if (folded.find(word) != std::string::npos) return true;
  }
  return false;
}

/// The versions of the thing that a reading may be about: those of its component, else the main ones, else all.
std::vector<const formats::inventory::Version*> versions_for(const Item& item, const vers::VendorReading& reading) {
  std::vector<const formats::inventory::Version*> chosen;
  if (!reading.component.empty()) {
    for (const auto& version : item.versions) {
      if (text::contains_ignore_case_ascii(version.component, reading.component)) chosen.push_back(&version);
    }
    if (!chosen.empty()) return chosen;
  }
  for (const auto& version : item.versions) {
    if (is_main_component(version.component)) chosen.push_back(&version);
  }
  if (chosen.empty()) {
    for (const auto& version : item.versions) chosen.push_back(&version);
  }
  return chosen;
}

/// Is the version above the highest bound of the reading?
bool is_beyond(const vers::VendorReading& reading, std::string_view installed) {
  const auto version = vers::read_vendor_version(installed);
  if (!version || reading.intervals.empty()) return false;
  return std::ranges::all_of(reading.intervals, [&](const vers::VendorInterval& interval) {
    if (!interval.high) return false;
    const auto order = vers::compare(*version, interval.high->version);
    return order == vers::VendorOrder::greater || order == vers::VendorOrder::equal;
  });
}

/// Is the thing one of the models of a text? Nothing where it does not tell its model.
std::optional<bool> model_of(const Product& product, Asked& asked) {
  const auto& pieces = asked.words.pieces;
  for (const auto& model : product.models) {
    if (model.compact.size() >= 4 && std::ranges::any_of(asked.compacts(), [&](const std::string& own) {
          return own.find(model.compact) != std::string::npos;
        })) {
      return true;
    }
    // All but a word that says what it is: "cobas h 232" for "cobas h 232 POC".
    std::size_t held = 0;
    bool code_missing = false, number_held = false;
    for (const auto& word : model.words) {
      const bool holds = pieces.holds_hash(word.hash);
      held += holds ? 1 : 0;
      code_missing = code_missing || (word.is_code && !holds);
      number_held = number_held || (word.is_number && holds);
    }
    // "882412" of "882412 GEMINI LXL"
    if (number_held && !code_missing) return true;
    if (held > 0 && !code_missing && held * 4 >= model.words.size() * 3) return true;
  }
  if (has_digits(asked.item.model)) return false;
  return std::nullopt;
}

/// "FW-3.5.1": what stands in front of the number says only that it is one.
std::string_view without_noise(std::string_view version) {
  for (const std::string_view front :
       {"unit ver ", "sv ", "sv", "fw-", "sw-", "hw-", "fw_", "sw_", "fw ", "sw ", "ios "}) {
    if (text::lower_ascii(version.substr(0, front.size())) == front) return text::trim(version.substr(front.size()));
  }
  return version;
}

/// 8 of "V2.4.0 FS8", "v2.5.0 (FS 11)", "FS 6": the function state of a Siemens device, and where it stands.
struct FunctionState {
  std::size_t begin = 0, end = 0;
  int value = 0;
};
std::optional<FunctionState> function_state(std::string_view text) {
  const auto folded = text::lower_ascii(text);
  const auto is_digit = [&](std::size_t at) { return at < folded.size() && folded[at] >= '0' && folded[at] <= '9'; };
  for (auto begin = folded.find("fs"); begin != folded.npos; begin = folded.find("fs", begin + 1)) {
    const bool inside = begin > 0 && folded[begin - 1] >= 'a' && folded[begin - 1] <= 'z';
    auto at = begin + 2;
    while (at < folded.size() && (folded[at] == ' ' || folded[at] == ':' || folded[at] == '=')) ++at;
    if (inside || !is_digit(at)) continue;
    FunctionState state{.begin = begin, .end = at, .value = 0};
    while (is_digit(state.end) && state.value < 1000) state.value = state.value * 10 + (folded[state.end++] - '0');
    return state;
  }
  return std::nullopt;
}

/// The version without the function state that stands behind it.
std::string_view without_state(std::string_view version) {
  const auto state = function_state(version);
  if (!state || state->begin == 0) return version;
  auto front = version.substr(0, state->begin);
  while (front.ends_with(' ') || front.ends_with('(') || front.ends_with(',') || front.ends_with('/')) {
    front.remove_suffix(1);
  }
  return front;
}

/// Of a condition such as "Function State <= 8" whether the thing meets it; nothing where one of them tells none.
std::optional<bool> meets_state(std::string_view condition, const Item& item) {
  const auto said = condition.find("Function State");
  const auto sign = condition.find_first_of("<>", std::min(said, condition.size()));
  if (said == condition.npos || sign == condition.npos) return std::nullopt;
  const bool inclusive = condition.substr(sign + 1).starts_with('=');
  const auto bound = function_state("fs " + std::string{text::trim(condition.substr(sign + (inclusive ? 2 : 1)))});
  auto own = function_state(item.hardware);
  for (const auto& version : item.versions) own = own ? own : function_state(version.text);
  if (!bound || !own) return std::nullopt;
  if (own->value == bound->value) return inclusive;
  return condition[sign] == '<' ? own->value < bound->value : own->value > bound->value;
}

/// "2" of "2017 Update 2" for a name that ends with "2017", whose updates are counted.
std::string_view without_year_of(const Name& name, std::string_view installed) {
  const auto last = std::string_view{name.text}.substr(name.text.rfind(' ') + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (last.size() != 4 || !last.starts_with("20") || !std::ranges::all_of(last, is_digit)) return installed;
  auto rest = installed;
  if (rest.starts_with(last)) rest = text::trim(rest.substr(last.size()));
  constexpr std::string_view kUpdate = "update ";
  if (text::lower_ascii(rest.substr(0, kUpdate.size())) != kUpdate) return installed;
  rest.remove_prefix(kUpdate.size());
  return std::ranges::all_of(rest, is_digit) && !rest.empty() ? rest : installed;
}

/// What is installed, held against a reading; where only a suffix is told ("P006", "SP1"), as one of the release that
/// the name ends with ("WinCC OA 3.16").
vers::Affected ask(const vers::VendorReading& reading, const Name& name, std::string_view installed) {
  const auto text = without_year_of(name, without_state(without_noise(installed)));
  auto asked = vers::affects(reading, text);
  if (asked.answer != Answer::ask || text.empty()) return asked;
  // "2.0" is "2", of which no more is told.
  if (text.ends_with(".0")) {
    auto shorter = text;
    while (shorter.ends_with(".0")) shorter.remove_suffix(2);
    if (auto plain = vers::affects(reading, shorter); plain.answer == Answer::yes) return plain;
  }
  if (text.front() >= '0' && text.front() <= '9') return asked;
  if (vers::read_vendor_version(text) && text.find('.') != std::string_view::npos) return asked;
  auto front = std::string_view{name.text};
  if (const auto bracket = front.find(" ("); bracket != front.npos) front = front.substr(0, bracket);
  const auto last = front.substr(front.rfind(' ') + 1);
  if (!has_digits(last)) return asked;
  auto whole = vers::affects(reading, fmt::format("{} {}", last, text));
  return whole.answer == Answer::ask ? asked : whole;
}

template <class... Parts>
void say(Verdict& verdict, bool with_texts, fmt::format_string<const Parts&...> text, const Parts&... parts) {
  if (with_texts) verdict.because = fmt::format(text, parts...);
}

/// The version of the thing, where none of them comes before what the product's fix names; else nullptr.
const std::string* holding_fix(const Product& product, const Item& item) {
  if (product.fixed_from.empty()) return nullptr;
  const auto fixed = vers::read_vendor_version(product.fixed_from);
  const auto versions = versions_for(item, product.reading);
  if (!fixed || versions.empty()) return nullptr;
  for (const auto* each : versions) {
    const auto installed = vers::read_vendor_version(without_noise(each->text));
    if (!installed) return nullptr;
    const auto order = vers::compare(*installed, *fixed);
    if (order != vers::VendorOrder::greater && order != vers::VendorOrder::equal) return nullptr;
  }
  return &versions.front()->text;
}

/// The reading without its condition, where the thing names what that is about: "R6.09.00 (if VP6E5000 is installed)"
/// of "CENTUM VP with VP6E5000".
std::optional<vers::VendorReading> condition_met(const vers::VendorReading& reading, Asked& asked) {
  if (reading.kind != vers::VendorReading::Kind::condition) return std::nullopt;
  if (meets_state(reading.condition, asked.item) == true) {
    auto met = reading;
    met.kind = reading.intervals.empty() ? vers::VendorReading::Kind::all : vers::VendorReading::Kind::range;
    met.condition.clear();
    return met;
  }
  if (reading.intervals.empty()) return std::nullopt;
  // Which of them it has, the statuses say.
  if (text::lower_ascii(std::string_view{reading.condition}.substr(0, 20)) == "only affected by cve") {
    auto met = reading;
    met.kind = vers::VendorReading::Kind::range;
    met.condition.clear();
    return met;
  }
  constexpr std::size_t kCodeMin = 6;
  const NamePieces condition{{reading.condition}};
  const bool named = std::ranges::any_of(condition.words(), [&](const std::string& word) {
    return word.size() >= kCodeMin && has_digits(word) && asked.words.pieces.holds(word);
  });
  if (!named) return std::nullopt;
  auto met = reading;
  met.kind = vers::VendorReading::Kind::range;
  met.condition.clear();
  return met;
}

/// Does it come before what the product's fix names, and is it of the same line: "14.0.0.19120" of "14.0.0.20009"?
bool is_before_fix(const Product& product, std::string_view installed) {
  using Kind = vers::VendorReading::Kind;
  if (product.fixed_from.empty() || !product.reading.condition.empty() ||
      (product.reading.kind != Kind::range && product.reading.kind != Kind::list)) {
    return false;
  }
  const auto text = without_noise(installed);
  const auto line = [](std::string_view version) {
    if (version.starts_with('v') || version.starts_with('V')) version.remove_prefix(1);
    return version.substr(0, version.find('.'));
  };
  const auto version = vers::read_vendor_version(text), fixed = vers::read_vendor_version(product.fixed_from);
  return version && fixed && line(text) == line(product.fixed_from) &&
         vers::compare(*version, *fixed) == vers::VendorOrder::less;
}

/// What the installed versions are to what the advisory says of a product's. Sentences only where they are wanted.
Verdict judge_reading(const Product& product, const Name& name, Asked& thing, bool with_texts) {
  Verdict verdict;
  const auto& item = thing.item;
  const auto& reading = product.reading;
  if (reading.kind == vers::VendorReading::Kind::serial_number && !item.serial.empty()) {
    const auto asked = vers::affects(reading, "serial number " + item.serial);
    verdict.answer = asked.answer;
    verdict.question = asked.question;
    say(verdict, with_texts, "serial number {} against \"{}\"", item.serial, product.version_text);
    return verdict;
  }
  if (reading.kind == vers::VendorReading::Kind::model) {
    if (const auto model = model_of(product, thing)) {
      verdict.answer = *model ? Answer::yes : Answer::no;
      say(verdict, with_texts, "the model is {}one of \"{}\"", *model ? "" : "not ", product.version_text);
      return verdict;
    }
  }
  if (reading.kind == vers::VendorReading::Kind::all && reading.condition.empty()) {
    verdict.answer = Answer::yes;
    verdict.because = product.version_text.empty() ? "no version is excepted" : "all versions are named";
    if (const auto* const version = holding_fix(product, item); version != nullptr) {
      verdict.answer = Answer::ask;
      say(verdict, with_texts, "all versions are named, but the fix is \"{}\" or later, and {} is installed",
          product.fixed_from, *version);
      if (with_texts) {
        verdict.question = fmt::format("Does {} hold the fix? The advisory says to update to {} or later.", *version,
                                       product.fixed_from);
      }
    }
    return verdict;
  }
  const auto versions = versions_for(item, reading);
  if (versions.empty() && !product.serial_digits.empty() && !item.serial.empty()) {
    vers::VendorReading serial;
    serial.kind = vers::VendorReading::Kind::serial_number;
    serial.serial = vers::VendorSerial{
        .digits = product.serial_digits.size(), .below = true, .inclusive = true, .value = product.serial_digits};
    const auto asked = vers::affects(serial, "serial number " + item.serial);
    verdict.answer = asked.answer;
    verdict.question = asked.question;
    say(verdict, with_texts, "serial number {} against \"{}\", which counts the first digits of serial numbers",
        item.serial, product.version_text);
    return verdict;
  }
  // "24950 | 24952" stands where versions do and means models.
  if (versions.empty() && has_digits(item.model) && vers::affects(reading, item.model).answer == Answer::yes) {
    verdict.answer = Answer::yes;
    say(verdict, with_texts, "{} is in \"{}\"", item.model, product.version_text);
    return verdict;
  }
  if (versions.empty()) {
    const auto asked = vers::affects(reading, "");
    verdict.answer = asked.answer == Answer::yes ? Answer::yes : Answer::ask;
    say(verdict, with_texts, "no version is known, \"{}\" is named", product.version_text);
    if (with_texts)
      verdict.question = fmt::format("Which version is installed? \"{}\" is named.", product.version_text);
    return verdict;
  }
  bool all_no = true, all_beyond = true;
  const auto met = condition_met(reading, thing);
  if (meets_state(reading.condition, item) == false) {
    verdict.answer = Answer::no;
    say(verdict, with_texts, "{} does not meet \"{}\"", versions.front()->text, reading.condition);
    return verdict;
  }
  for (const auto* version : versions) {
    auto asked = ask(met ? *met : reading, name, version->text);
    if (asked.answer == Answer::ask && is_before_fix(product, version->text)) asked.answer = Answer::yes;
    if (asked.answer == Answer::yes) {
      verdict.answer = Answer::yes;
      say(verdict, with_texts, "{} is in \"{}\"", version->text, product.version_text);
      return verdict;
    }
    if (asked.answer == Answer::ask) {
      all_no = false;
      say(verdict, with_texts, "{} against \"{}\" cannot be decided", version->text, product.version_text);
      verdict.question = asked.question;
    }
    all_beyond = all_beyond && is_beyond(reading, without_noise(version->text));
  }
  if (all_no) {
    verdict.answer = Answer::no;
    verdict.beyond = all_beyond;
    say(verdict, with_texts, "{} is outside of \"{}\"", versions.front()->text, product.version_text);
  }
  return verdict;
}

/// "V7.2 and earlier" in the product's name, and what it says of the hardware: what is outside is not meant.
void restrict_by_name(Verdict& verdict, const Product& product, Asked& thing, bool with_texts) {
  const auto& item = thing.item;
  const auto refuse = [&](std::string_view what, std::string_view own, std::string_view told) {
    verdict = Verdict{};
    verdict.answer = Answer::no;
    say(verdict, with_texts, "{}{} is outside of \"{}\"", what, own, told);
  };
  const auto restrict = [&](const vers::Affected& asked, std::string_view what, std::string_view own,
                            std::string_view told) {
    if (asked.answer == Answer::no) return refuse(what, own, told);
    if (asked.answer == Answer::yes || verdict.answer != Answer::yes) return;
    verdict.answer = Answer::ask;
    say(verdict, with_texts, "{}\"{}\" is meant", what, told);
    verdict.question = asked.question;
  };
  const auto& bounds = product.bounds;
  if (bounds.series != 0) {
    auto own = series_in(item.hardware, true);
    for (const auto* text : {&item.model, &item.product, &item.name}) own = own != 0 ? own : series_in(*text, false);
    if (own != 0 && own != bounds.series) {
      refuse("series ", std::string_view{&own, 1}, std::string_view{&bounds.series, 1});
      return;
    }
  }
  if (!bounds.option.empty() && verdict.answer == Answer::yes && !thing.words.pieces.holds(text::fold(bounds.option))) {
    verdict.answer = Answer::ask;
    say(verdict, with_texts, "it is meant with option {} alone", bounds.option);
    verdict.question = fmt::format("Has it option {}?", bounds.option);
  }
  if (bounds.hardware) {
    restrict(vers::affects(*bounds.hardware, item.hardware), "hardware version ", item.hardware, bounds.hardware->text);
  }
  if (bounds.serial && verdict.answer != Answer::no) {
    const auto number = item.serial.empty() ? std::string{} : "serial number " + item.serial;
    restrict(vers::affects(*bounds.serial, number), "", number, bounds.serial->text);
  }
  if (!bounds.versions || verdict.answer == Answer::no) return;
  const auto versions = versions_for(item, product.reading);
  if (versions.empty()) {
    restrict(vers::affects(*bounds.versions, ""), "", "", bounds.versions->text);
    return;
  }
  bool all_no = true, any_yes = false;
  std::string question;
  for (const auto* version : versions) {
    const auto asked = vers::affects(*bounds.versions, without_noise(version->text));
    all_no = all_no && asked.answer == Answer::no;
    any_yes = any_yes || asked.answer == Answer::yes;
    if (asked.answer == Answer::ask) question = asked.question;
  }
  if (any_yes) return;
  restrict({.answer = all_no ? Answer::no : Answer::ask, .question = std::move(question)}, "", versions.front()->text,
           bounds.versions->text);
}

}  // namespace

const std::array<std::string, 3>& Asked::compacts() {
  if (!compacts_) {
    compacts_ = {compact_order_number(item.model), compact_order_number(item.product), compact_order_number(item.name)};
  }
  return *compacts_;
}

Verdict judge_version(const Product& product, const Name& name, Asked& thing, bool with_texts) {
  auto verdict = judge_reading(product, name, thing, with_texts);
  restrict_by_name(verdict, product, thing, with_texts);
  return verdict;
}

}  // namespace tocsin::engine::exposure
