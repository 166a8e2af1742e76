#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/targets.hpp"

// From products that may be the thing to what an advisory says of it: the installed version against each product's
// versions, and of all that follows what is most urgent.
namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace vers = formats::vers;
using Answer = vers::Affected::Answer;
using formats::inventory::Item;

/// Products of one advisory that are this much less sure than the surest are other things.
constexpr double kNearBest = 0.93;

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

struct Verdict {
  Answer answer = Answer::ask;
  std::string because, question;
  bool beyond = false;  ///< no: for the installed version comes after all that is affected.
};

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

/// A thing that is held against products, with what is made of it only once, and only where a product asks for it.
class Asked {
 public:
  Asked(const Item& thing, const ItemWords& told) : item(thing), words(told) {}

  /// Model, product and name as order numbers are compared.
  const std::array<std::string, 3>& compacts() {
    if (!compacts_) {
      compacts_ = {compact_order_number(item.model), compact_order_number(item.product),
                   compact_order_number(item.name)};
    }
    return *compacts_;
  }

  const Item& item;
  const ItemWords& words;

 private:
  std::optional<std::array<std::string, 3>> compacts_;
};

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
    bool code_missing = false;
    for (const auto& word : model.words) {
      const bool holds = pieces.holds_hash(word.hash);
      held += holds ? 1 : 0;
      code_missing = code_missing || (word.is_code && !holds);
    }
    if (held > 0 && !code_missing && held * 4 >= model.words.size() * 3) return true;
  }
  if (has_digits(asked.item.model)) return false;
  return std::nullopt;
}

/// "FW-3.5.1": what stands in front of the number says only that it is one.
std::string_view without_noise(std::string_view version) {
  for (const std::string_view front : {"fw-", "sw-", "hw-", "fw_", "sw_"}) {
    if (text::lower_ascii(version.substr(0, front.size())) == front) return version.substr(front.size());
  }
  return version;
}

/// What is installed, held against a reading; where only a suffix is told ("P006", "SP1"), as one of the release that
/// the name ends with ("WinCC OA 3.16").
vers::Affected ask(const vers::VendorReading& reading, const Name& name, std::string_view installed) {
  const auto text = without_noise(installed);
  auto asked = vers::affects(reading, text);
  if (asked.answer != Answer::ask || text.empty() || (text.front() >= '0' && text.front() <= '9')) return asked;
  if (vers::read_vendor_version(text) && text.find('.') != std::string_view::npos) return asked;
  const auto last = std::string_view{name.text}.substr(name.text.rfind(' ') + 1);
  if (!has_digits(last) || last.find('(') != std::string_view::npos) return asked;
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

/// What the installed versions are to a product's. Sentences only where they are wanted.
Verdict judge_version(const Product& product, const Name& name, Asked& thing, bool with_texts) {
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
  for (const auto* version : versions) {
    const auto asked = ask(reading, name, version->text);
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

/// What a claim and the version's verdict say together; nothing where they say nothing.
std::optional<Status> status_of(csaf::ProductStatus claim, const Verdict& verdict, bool has_fix) {
  const bool yes = verdict.answer == Answer::yes, no = verdict.answer == Answer::no;
  switch (claim) {
    case csaf::ProductStatus::known_affected:
    case csaf::ProductStatus::first_affected:
    case csaf::ProductStatus::last_affected:
      if (yes) return Status::affected;
      if (no) return verdict.beyond && has_fix ? Status::fixed : Status::not_affected;
      return Status::undecidable;
    case csaf::ProductStatus::under_investigation:
    case csaf::ProductStatus::unknown:
      if (no) return std::nullopt;
      return Status::under_investigation;
    case csaf::ProductStatus::known_not_affected:
      if (yes) return Status::not_affected;
      return std::nullopt;
    case csaf::ProductStatus::fixed:
    case csaf::ProductStatus::first_fixed:
    case csaf::ProductStatus::recommended:
      if (yes) return Status::fixed;
      return std::nullopt;
  }
  return std::nullopt;
}

std::string in_words(Status status) {
  std::string words{to_string(status)};
  std::ranges::replace(words, '_', ' ');
  return words;
}

template <class List>
void add_unique(List& list, const typename List::value_type& value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

}  // namespace

std::optional<Match> Matcher::State::judge(const Item& item, const ItemWords& words,
                                           std::span<const Candidate> candidates) const {
  double best = 0;
  for (const auto& candidate : candidates) best = std::max(best, candidate.fit);
  if (best < kConfidenceMin) return std::nullopt;
  Asked asked{item, words};
  const auto verdict_on = [&](const Product& product, bool with_texts) {
    auto verdict = judge_version(product, targets.names[product.name], asked, with_texts);
    if (product.installed_on < 0 || verdict.answer != Answer::yes) return verdict;
    const auto& host = targets.names[targets.products[static_cast<std::size_t>(product.installed_on)].name];
    if (fit(host, words).confidence < kConfidenceMin) {
      verdict.answer = Answer::ask;
      verdict.question = fmt::format("Is it installed on {}?", whole_name(host));
    }
    return verdict;
  };
  /// Candidates with what one of their claims comes to.
  struct Finding {
    const Candidate* candidate;
    Status status;
    bool is_narrowed;  ///< It would be affected, were it this.
    std::uint32_t vulnerability;
  };
  std::vector<Finding> findings;
  for (const auto& candidate : candidates) {
    const auto& product = targets.products[candidate.product];
    if (candidate.fit < best * kNearBest || product.claims.empty()) continue;
    const auto verdict = verdict_on(product, false);
    for (const auto& claim : product.claims) {
      auto status = status_of(claim.status, verdict, product.has_fix);
      if (!status) continue;
      const bool narrower = candidate.evidence == Evidence::narrower;
      // It may be another thing of the name: then this says nothing.
      if (narrower && (*status == Status::fixed || *status == Status::not_affected)) continue;
      const bool is_narrowed = narrower && *status == Status::affected;
      findings.push_back({&candidate, is_narrowed ? Status::undecidable : *status, is_narrowed, claim.vulnerability});
    }
  }
  if (findings.empty()) return std::nullopt;
  // Of one vulnerability the most urgent product decides, of the advisory the most urgent vulnerability.
  const auto worst = std::ranges::min(findings, {}, &Finding::status).status;
  const Finding* surest = nullptr;
  for (const auto& finding : findings) {
    if (finding.status == worst && (surest == nullptr || finding.candidate->fit > surest->candidate->fit))
      surest = &finding;
  }
  Match match;
  match.confidence = calibrated(surest->candidate->evidence, surest->candidate->fit);
  if (match.confidence < kConfidenceMin) return std::nullopt;
  const auto& product = targets.products[surest->candidate->product];
  const auto& document = targets.documents[product.advisory];
  match.advisory = product.advisory;
  match.status = worst;
  match.fit = surest->candidate->fit;
  match.evidence = surest->candidate->evidence;
  for (const auto& finding : findings) {
    if (finding.status != worst) continue;
    add_unique(match.product_ids, targets.products[finding.candidate->product].id);
    add_unique(match.cves, document.vulnerabilities[finding.vulnerability]);
  }
  const auto verdict = verdict_on(product, true);
  match.because = fmt::format("{} because {}; {} ({}, product {})", in_words(worst),
                              sentence(surest->candidate->reason, targets), verdict.because, document.id, product.id);
  if (worst == Status::undecidable) {
    match.question =
        surest->is_narrowed ? fmt::format("Is it {}?", whole_name(targets.names[product.name])) : verdict.question;
  }
  return match;
}

}  // namespace tocsin::engine::exposure
