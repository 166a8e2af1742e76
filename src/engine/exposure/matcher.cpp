#include "engine/exposure/matcher.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/targets.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace vers = formats::vers;
using Answer = vers::Affected::Answer;
using formats::inventory::Item;

constexpr double kByOrderNumber = 0.97;
constexpr double kByOrderPattern = 0.9;
constexpr double kByPackage = 0.97;
constexpr double kByCpe = 0.95;
constexpr double kBySerial = 0.97;
constexpr double kByHash = 0.99;
/// The name of an order number, where an advisory names the product without the number.
constexpr double kByNumbersName = 0.85;
/// Products of one advisory that are this much less sure than the surest are other things.
constexpr double kNearBest = 0.93;
/// A word that stands in more names does not lead to candidates by itself.
constexpr std::size_t kCommonWord = 600;

/// Fits that are not made surer by the absence of others.
constexpr double kStandsAlready = 0.85;

std::string whole_name(const Name& name) {
  if (name.vendor.empty() || name.text.starts_with(name.vendor)) return name.text;
  return name.vendor + " " + name.text;
}

std::string shown(const Item& item) {
  for (const auto* text : {&item.product, &item.name, &item.model, &item.family}) {
    if (!text->empty()) return text::shorten(*text, 80);
  }
  return "this entry";
}

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

/// Is the thing one of the models of a text? Nothing where it does not tell its model.
std::optional<bool> model_of(const vers::VendorReading& reading, const Item& item) {
  const NamePieces pieces{{item.product, item.name, item.model, item.family}};
  for (const auto& each : reading.models) {
    const auto model = model_word(each);
    auto compact = compact_order_number(model);
    auto end = compact.size();
    while (end > 0 && compact[end - 1] == 'X') --end;
    const bool open = compact.size() - end >= 2 && end >= 4;
    if (open) compact.resize(end);
    for (const auto* text : {&item.model, &item.product, &item.name}) {
      const auto own = compact_order_number(*text);
      if (compact.size() >= 4 && own.find(compact) != std::string::npos) return true;
    }
    const NamePieces wanted{{model}};
    // All but a word that says what it is: "cobas h 232" for "cobas h 232 POC".
    std::size_t held = 0;
    bool code_missing = false;
    for (const auto& word : wanted.words()) {
      held += pieces.holds(word) ? 1 : 0;
      code_missing = code_missing || (has_digits(word) && !pieces.holds(word));
    }
    if (held > 0 && !code_missing && held * 4 >= wanted.words().size() * 3) return true;
  }
  if (has_digits(item.model)) return false;
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

Verdict judge(const Product& product, const Name& name, const Item& item) {
  Verdict verdict;
  const auto& reading = product.reading;
  if (reading.kind == vers::VendorReading::Kind::serial_number && !item.serial.empty()) {
    const auto asked = vers::affects(reading, "serial number " + item.serial);
    verdict.answer = asked.answer;
    verdict.question = asked.question;
    verdict.because = fmt::format("serial number {} against \"{}\"", item.serial, product.version_text);
    return verdict;
  }
  if (reading.kind == vers::VendorReading::Kind::model) {
    if (const auto model = model_of(reading, item)) {
      verdict.answer = *model ? Answer::yes : Answer::no;
      verdict.because = fmt::format("the model is {}one of \"{}\"", *model ? "" : "not ", product.version_text);
      return verdict;
    }
  }
  if (reading.kind == vers::VendorReading::Kind::all && reading.condition.empty()) {
    verdict.answer = Answer::yes;
    verdict.because = product.version_text.empty() ? "no version is excepted" : "all versions are named";
    return verdict;
  }
  const auto versions = versions_for(item, reading);
  // "24950 | 24952" stands where versions do and means models.
  if (versions.empty() && has_digits(item.model) && vers::affects(reading, item.model).answer == Answer::yes) {
    verdict.answer = Answer::yes;
    verdict.because = fmt::format("{} is in \"{}\"", item.model, product.version_text);
    return verdict;
  }
  if (versions.empty()) {
    const auto asked = vers::affects(reading, "");
    verdict.answer = asked.answer == Answer::yes ? Answer::yes : Answer::ask;
    verdict.because = fmt::format("no version is known, \"{}\" is named", product.version_text);
    verdict.question = fmt::format("Which version is installed? \"{}\" is named.", product.version_text);
    return verdict;
  }
  bool all_no = true, all_beyond = true;
  for (const auto* version : versions) {
    const auto asked = ask(reading, name, version->text);
    if (asked.answer == Answer::yes) {
      verdict.answer = Answer::yes;
      verdict.because = fmt::format("{} is in \"{}\"", version->text, product.version_text);
      return verdict;
    }
    if (asked.answer == Answer::ask) {
      all_no = false;
      verdict.because = fmt::format("{} against \"{}\" cannot be decided", version->text, product.version_text);
      verdict.question = asked.question;
    }
    all_beyond = all_beyond && is_beyond(reading, without_noise(version->text));
  }
  if (all_no) {
    verdict.answer = Answer::no;
    verdict.beyond = all_beyond;
    verdict.because = fmt::format("{} is outside of \"{}\"", versions.front()->text, product.version_text);
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

/// A short pattern ("RLC4*") says something under its vendor only.
bool may_be_of(std::string_view pattern, const Name& name, const ItemWords& words) {
  return pattern.find_first_of("*?") >= kOrderPrefix || std::ranges::binary_search(words.vendors, name.vendor_id);
}

/// Two order numbers of one scheme.
bool is_one_scheme(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a.substr(0, 4) == b.substr(0, 4)) return true;
  // 6ES7..., 6AG1..., 6GK5...
  const auto is_mlfb = [](std::string_view number) {
    return number.size() >= 13 && number[0] == '6' && number[1] >= 'A' && number[1] <= 'Z' && number[2] >= 'A' &&
           number[2] <= 'Z';
  };
  return is_mlfb(a) && is_mlfb(b);
}

/// Two order numbers that differ are two products, whatever their names say.
bool other_number(const std::vector<std::string>& products, const std::vector<std::string>& items) {
  if (products.empty() || items.empty()) return false;
  bool differs = false;
  for (const auto& number : items) {
    if (std::ranges::find(products, number) != products.end()) return false;
    const auto pattern = own_pattern(number);
    for (const auto& each : products) {
      if (pattern && fits_pattern(*pattern, each)) return false;
      differs = differs || is_one_scheme(each, number);
    }
  }
  return differs;
}

template <class List>
void add_unique(List& list, const typename List::value_type& value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) noexcept {
  std::size_t at = 0, star = std::string_view::npos, mark = 0, i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] != '*' && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      mark = i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++mark;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

std::optional<std::string> own_pattern(std::string_view number) {
  std::string pattern{number};
  bool any = false;
  for (std::size_t i = 1; i < pattern.size(); ++i) {
    const bool behind = (pattern[i - 1] >= '0' && pattern[i - 1] <= '9') || pattern[i - 1] == '?';
    const bool wild =
        pattern[i] == 'X' && pattern.size() >= 10 && i >= kOrderPrefix && (behind || i + 2 >= pattern.size());
    if (wild) pattern[i] = '?';
    any = any || wild || pattern[i] == '*' || pattern[i] == '?';
  }
  if (!any) return std::nullopt;
  return pattern;
}

std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::affected:
      return "affected";
    case Status::undecidable:
      return "undecidable";
    case Status::under_investigation:
      return "under_investigation";
    case Status::fixed:
      return "fixed";
    case Status::not_affected:
      return "not_affected";
  }
  return "undecidable";
}

void Matcher::State::by_identifiers(const Item& item, Candidates& candidates) const {
  for (const auto& purl : item.purls) {
    const auto package = package_of(purl);
    if (package.empty()) continue;
    if (const auto found = targets.by_purl.find(package); found != targets.by_purl.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByPackage, Evidence::identifier, fmt::format("package {} is listed", package));
      }
    }
  }
  if (const auto cpe =
          item.cpe.empty() ? Result<formats::cpe::Name>{Error::invalid("")} : formats::cpe::parse(item.cpe)) {
    if (const auto found = targets.by_cpe.find(product_of(*cpe)); found != targets.by_cpe.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByCpe, Evidence::identifier, fmt::format("CPE {} is listed", product_of(*cpe)));
      }
    }
  }
  for (const auto& [algorithm, value] : item.hashes) {
    if (const auto found = targets.by_hash.find(value); found != targets.by_hash.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByHash, Evidence::identifier, fmt::format("the file's {} is listed", algorithm));
      }
    }
  }
  if (!item.serial.empty()) {
    if (const auto found = targets.by_serial.find(compact_order_number(item.serial));
        found != targets.by_serial.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kBySerial, Evidence::identifier,
              fmt::format("serial number {} is listed", item.serial));
      }
    }
  }
}

void Matcher::State::by_order_numbers(const ItemWords& words, Candidates& candidates) const {
  // A model in the name of the thing, for a pattern of its maker.
  for (const auto& word : words.pieces.words()) {
    if (targets.order_patterns.empty() || word.size() < 5 || !has_digits(word)) continue;
    const auto upper = compact_order_number(word);
    for (const auto& [pattern, product] : targets.order_patterns) {
      const auto& name = targets.names[targets.products[product].name];
      if (!std::ranges::binary_search(words.vendors, name.vendor_id) || !fits_pattern(pattern, upper)) continue;
      offer(candidates, product, kByOrderPattern, Evidence::order_pattern,
            fmt::format("model {} fits {}, {}", upper, pattern, whole_name(name)));
    }
  }
  for (const auto& number : words.order_numbers) {
    if (const auto found = targets.by_order_number.find(number); found != targets.by_order_number.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByOrderNumber, Evidence::order_number,
              fmt::format("order number {} is {}", number, whole_name(targets.names[targets.products[product].name])));
      }
    }
    for (const auto& [pattern, product] : targets.order_patterns) {
      if (fits_pattern(pattern, number) && may_be_of(pattern, targets.names[targets.products[product].name], words)) {
        offer(candidates, product, kByOrderPattern, Evidence::order_pattern,
              fmt::format("order number {} fits {}, {}", number, pattern,
                          whole_name(targets.names[targets.products[product].name])));
      }
    }
    const auto pattern = own_pattern(number);
    if (!pattern) continue;
    const auto fixed = pattern->substr(0, pattern->find_first_of("*?"));
    if (fixed.size() < kOrderPrefix) continue;
    const auto near = targets.by_order_prefix.find(fixed.substr(0, kOrderPrefix));
    if (near == targets.by_order_prefix.end()) continue;
    for (const auto product : near->second) {
      const auto& name = targets.names[targets.products[product].name];
      for (const auto& own : targets.products[product].numbers) {
        if (!fits_pattern(*pattern, own)) continue;
        offer(candidates, product, kByOrderPattern, Evidence::order_pattern,
              fmt::format("order number {} fits {}, {}", number, own, whole_name(name)));
      }
    }
  }
}

bool holds_essential(const Name& other, const Name& name) {
  return std::ranges::all_of(name.words.terms, [&](const NameTerm& term) {
    return term.kind == NameTerm::Kind::generic || term.kind == NameTerm::Kind::version ||
           std::ranges::any_of(term.spellings, [&](const auto& each) { return other.pieces.holds(each); });
  });
}

/// Of all names that hold what the inventory says, is this the only one, or do all others hold the same model?
bool Matcher::State::is_meant_alone(const Name& name, const ItemWords& words) const {
  const auto strongest = std::ranges::max_element(words.to_explain, {}, [](const auto& each) { return each.second; });
  if (strongest == words.to_explain.end()) return false;
  const auto& word = strongest->first;
  // A model's code tells it by itself: "R01CPU".
  const bool by_code =
      word.size() >= 4 && has_digits(word) && !std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
  std::size_t seen = 0;
  for (const auto* known = targets.every(); known != nullptr; known = known->others) {
    const auto found = known->by_word.find(word);
    if (found == known->by_word.end()) continue;
    for (const auto at : found->second) {
      if (++seen > kCommonWord) return false;
      const auto& other = known->names[at];
      if (other.essential == name.essential || !holds_all(other, words)) continue;
      const bool same_vendor = known == &targets ? other.vendor_id == name.vendor_id : other.vendor == name.vendor;
      if (!same_vendor) continue;
      // Members of a family, where the family itself is named.
      if (name.words.is_family && holds_essential(other, name)) continue;
      const bool more_codes = std::ranges::any_of(other.words.terms, [&](const NameTerm& term) {
        return term.kind == NameTerm::Kind::code &&
               std::ranges::none_of(term.spellings, [&](const auto& each) { return words.pieces.holds(each); });
      });
      if (more_codes || !by_code) return false;
    }
  }
  return true;
}

void Matcher::State::by_names(const Item& item, const ItemWords& words, double factor, std::string_view reason,
                              Candidates& candidates) const {
  std::vector<std::uint32_t> names;
  std::vector<char> is_vendor(words.has_vendor ? targets.vendors.size() : 0, 0);
  for (const auto vendor : words.vendors) is_vendor[vendor] = 1;
  const auto take = [&](Targets::Postings Targets::* postings, const std::string& piece, std::size_t most) {
    const auto* found = targets.led_to(postings, piece, most);
    if (found == nullptr) return;
    for (const auto at : *found) {
      const auto& name = targets.names[at];
      if (is_hopeless(name, words)) continue;
      // Of another vendor only where its name stands in the product's: "Siemens SIMATIC WinCC OA".
      if (!words.has_vendor || is_vendor[name.vendor_id] != 0 ||
          (!words.vendor_words.empty() && name.pieces.holds(words.vendor_words.front()))) {
        names.push_back(at);
      }
    }
  };
  for (const auto& piece : words.pieces.all()) take(&Targets::by_anchor, piece, kCommonWord * 4);
  for (const auto& initials : words.pieces.initials()) take(&Targets::by_anchor, initials, kCommonWord);
  for (const auto& word : words.pieces.words()) {
    if (const auto hundreds = hundreds_of(word); !hundreds.empty()) take(&Targets::by_anchor, hundreds, kCommonWord);
  }
  for (const auto& word : words.pieces.words()) {
    for (const auto& near : targets.near_words(word)) take(&Targets::by_anchor, near, kCommonWord);
  }
  // An inventory that says less than the name: by its own strongest word.
  const auto strongest = std::ranges::max_element(words.to_explain, {}, [](const auto& each) { return each.second; });
  if (strongest != words.to_explain.end()) take(&Targets::by_word, strongest->first, kCommonWord);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const auto at : names) {
    const auto& name = targets.names[at];
    auto fitting = fit(name, words);
    // What says less than a name but can only mean it.
    if (fitting.may_stand && fitting.confidence < kStandsAlready && is_meant_alone(name, words)) {
      fitting.narrower = false;
      fitting.confidence = std::max(fitting.confidence, fitting.if_alone);
    }
    const double confidence = fitting.confidence * factor;
    if (confidence < kConfidenceMin) continue;
    const auto evidence = fitting.narrower    ? Evidence::narrower
                          : factor < 1        ? Evidence::numbers_name
                          : !words.has_vendor ? Evidence::name_alone
                                              : Evidence::name;
    const auto because = fitting.narrower ? fmt::format("\"{}\" may be {}", shown(item), whole_name(name))
                                          : fmt::format("{}\"{}\" names {}", reason, shown(item), whole_name(name));
    for (const auto product : name.products) {
      if (other_number(targets.products[product].numbers, words.order_numbers)) continue;
      offer(candidates, product, confidence, evidence, because);
    }
  }
}

std::optional<Match> Matcher::State::judge_advisory(
    std::uint32_t advisory, const Item& item, const ItemWords& words,
    const std::vector<std::pair<std::uint32_t, const Candidate*>>& candidates) const {
  double best = 0;
  for (const auto& [product, candidate] : candidates) best = std::max(best, candidate->fit);
  if (best < kConfidenceMin) return std::nullopt;
  struct Finding {
    std::uint32_t product;
    Status status;
    double fit;
    Evidence evidence;
    std::string because, question;
    std::uint32_t vulnerability;
  };
  std::vector<Finding> findings;
  for (const auto& [at, candidate] : candidates) {
    if (candidate->fit < best * kNearBest) continue;
    const auto& product = targets.products[at];
    auto verdict = judge(product, targets.names[product.name], item);
    if (product.installed_on >= 0 && verdict.answer == Answer::yes) {
      const auto& host = targets.names[targets.products[static_cast<std::size_t>(product.installed_on)].name];
      if (fit(host, words).confidence < kConfidenceMin) {
        verdict.answer = Answer::ask;
        verdict.question = fmt::format("Is it installed on {}?", whole_name(host));
      }
    }
    for (const auto& claim : product.claims) {
      auto status = status_of(claim.status, verdict, product.has_fix);
      if (!status) continue;
      std::string question = verdict.question;
      // It may be another thing of the name: then this says nothing.
      if (candidate->evidence == Evidence::narrower && (*status == Status::fixed || *status == Status::not_affected)) {
        continue;
      }
      if (candidate->evidence == Evidence::narrower && *status == Status::affected) {
        status = Status::undecidable;
        question = fmt::format("Is it {}?", whole_name(targets.names[product.name]));
      }
      findings.push_back({at, *status, candidate->fit, candidate->evidence,
                          fmt::format("{}; {} ({}, product {})", candidate->because, verdict.because,
                                      targets.documents[advisory].id, product.id),
                          std::move(question), claim.vulnerability});
    }
  }
  if (findings.empty()) return std::nullopt;
  // Of one vulnerability the most urgent product decides, of the advisory the most urgent vulnerability.
  const auto worst = std::ranges::min(findings, {}, [](const Finding& each) { return each.status; }).status;
  Match match;
  match.advisory = advisory;
  match.status = worst;
  for (const auto& finding : findings) {
    if (finding.status != worst) continue;
    add_unique(match.product_ids, targets.products[finding.product].id);
    add_unique(match.cves, targets.documents[advisory].vulnerabilities[finding.vulnerability]);
    if (finding.fit > match.fit) {
      match.fit = finding.fit;
      match.evidence = finding.evidence;
      match.confidence = calibrated(finding.evidence, finding.fit);
      match.because = fmt::format("{} because {}", in_words(worst), finding.because);
      match.question = worst == Status::undecidable ? finding.question : std::string{};
    }
  }
  if (match.confidence < kConfidenceMin) return std::nullopt;
  return match;
}

Matcher::Matcher() : state_(std::make_unique<State>()) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void strip(csaf::Advisory& advisory) {
  advisory.notes.clear();
  advisory.references.clear();
  advisory.acknowledgments.clear();
  advisory.history.clear();
  for (auto& vulnerability : advisory.vulnerabilities) {
    vulnerability.notes.clear();
    vulnerability.references.clear();
    vulnerability.acknowledgments.clear();
  }
}

std::size_t Matcher::add(const csaf::Advisory& advisory) {
  state_->prepared = false;
  return state_->targets.add(advisory);
}
void Matcher::prepare(const Matcher* others, bool part_of_others) {
  TOCSIN_CHECK(others == nullptr ? !part_of_others : others->state_->prepared);
  state_->targets.others = others == nullptr ? nullptr : &others->state_->targets;
  state_->targets.part_of_others = part_of_others;
  state_->targets.prepare();
  state_->prepared = true;
}
std::size_t Matcher::advisories() const noexcept { return state_->targets.documents.size(); }
const std::string& Matcher::id_of(std::size_t advisory) const noexcept {
  return state_->targets.documents[advisory].id;
}

std::vector<Match> Matcher::match(const Item& item) const {
  TOCSIN_CHECK(state_->prepared);
  const auto& targets = state_->targets;
  State::Candidates candidates;
  const auto words = words_of(item, targets);
  state_->by_identifiers(item, candidates);
  state_->by_order_numbers(words, candidates);
  state_->by_names(item, words, 1, "", candidates);
  // What other advisories call this order number.
  for (const auto& number : words.order_numbers) {
    for (const auto* known_in = targets.every(); known_in != nullptr; known_in = known_in->others) {
      const auto found = known_in->by_order_number.find(number);
      if (found == known_in->by_order_number.end()) continue;
      std::set<std::uint32_t> names;
      for (const auto product : found->second) names.insert(known_in->products[product].name);
      for (const auto name : names) {
        Item known = item;
        known.vendor = known_in->names[name].vendor;
        known.product = known_in->names[name].text;
        known.name.clear();
        known.family.clear();
        state_->by_names(known, words_of(known, targets), kByNumbersName,
                         fmt::format("order number {} is known as ", number), candidates);
        if (names.size() > 20) break;
      }
    }
  }
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, const Candidate*>>> by_advisory;
  for (const auto& [product, candidate] : candidates) {
    by_advisory[targets.products[product].advisory].emplace_back(product, &candidate);
  }
  std::vector<Match> matches;
  for (const auto& [advisory, list] : by_advisory) {
    if (auto match = state_->judge_advisory(advisory, item, words, list)) matches.push_back(std::move(*match));
  }
  std::ranges::sort(matches, [](const Match& a, const Match& b) {
    if (a.status != b.status) return a.status < b.status;
    return a.confidence != b.confidence ? a.confidence > b.confidence : a.advisory < b.advisory;
  });
  return matches;
}

}  // namespace tocsin::engine::exposure
