#include "engine/exposure/matcher.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
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

/// A product that may be the thing, and why.
struct Candidate {
  double confidence = 0;
  bool narrower = false;
  std::string because;
};

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

Verdict judge(const Product& product, const Item& item) {
  Verdict verdict;
  const auto& reading = product.reading;
  if (reading.kind == vers::VendorReading::Kind::serial_number && !item.serial.empty()) {
    const auto asked = vers::affects(reading, "serial number " + item.serial);
    verdict.answer = asked.answer;
    verdict.question = asked.question;
    verdict.because = fmt::format("serial number {} against \"{}\"", item.serial, product.version_text);
    return verdict;
  }
  if (reading.kind == vers::VendorReading::Kind::all && reading.condition.empty()) {
    verdict.answer = Answer::yes;
    verdict.because = product.version_text.empty() ? "no version is excepted" : "all versions are named";
    return verdict;
  }
  const auto versions = versions_for(item, reading);
  if (versions.empty()) {
    const auto asked = vers::affects(reading, "");
    verdict.answer = asked.answer == Answer::yes ? Answer::yes : Answer::ask;
    verdict.because = fmt::format("no version is known, \"{}\" is named", product.version_text);
    verdict.question = fmt::format("Which version is installed? \"{}\" is named.", product.version_text);
    return verdict;
  }
  bool all_no = true, all_beyond = true;
  for (const auto* version : versions) {
    const auto asked = vers::affects(reading, version->text);
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
    all_beyond = all_beyond && is_beyond(reading, version->text);
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

/// '*' any run, '?' one character (CSAF 2.1 section 3.1.3.3.5).
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

/// "6ES7515-2AM0x-0AB0": an x between digits stands for any; gives the number as a pattern, or nothing.
std::optional<std::string> own_pattern(std::string_view number) {
  std::string pattern{number};
  bool any = false;
  for (std::size_t i = 1; i < pattern.size(); ++i) {
    const bool wild = pattern[i] == 'X' && pattern.size() >= 10 &&
                      ((pattern[i - 1] >= '0' && pattern[i - 1] <= '9') || pattern[i - 1] == '?');
    if (wild) pattern[i] = '?';
    any = any || wild || pattern[i] == '*' || pattern[i] == '?';
  }
  if (!any) return std::nullopt;
  return pattern;
}

template <class List>
void add_unique(List& list, const typename List::value_type& value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

}  // namespace

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

struct Matcher::State {
  Targets targets;
  bool prepared = false;

  using Candidates = std::map<std::uint32_t, Candidate>;  ///< By product.
  static void offer(Candidates& candidates, std::uint32_t product, double confidence, bool narrower,
                    const std::string& because) {
    auto& at = candidates[product];
    if (confidence > at.confidence) at = {confidence, narrower, because};
  }
  void by_identifiers(const Item& item, Candidates& candidates) const;
  void by_order_numbers(const ItemWords& words, Candidates& candidates) const;
  void by_names(const Item& item, const ItemWords& words, double factor, std::string_view reason,
                Candidates& candidates) const;
  std::optional<Match> judge_advisory(std::uint32_t advisory, const Item& item, const ItemWords& words,
                                      const std::vector<std::pair<std::uint32_t, const Candidate*>>& candidates) const;
};

void Matcher::State::by_identifiers(const Item& item, Candidates& candidates) const {
  for (const auto& purl : item.purls) {
    const auto package = package_of(purl);
    if (package.empty()) continue;
    if (const auto found = targets.by_purl.find(package); found != targets.by_purl.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByPackage, false, fmt::format("package {} is listed", package));
      }
    }
  }
  if (const auto cpe =
          item.cpe.empty() ? Result<formats::cpe::Name>{Error::invalid("")} : formats::cpe::parse(item.cpe)) {
    if (const auto found = targets.by_cpe.find(product_of(*cpe)); found != targets.by_cpe.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByCpe, false, fmt::format("CPE {} is listed", product_of(*cpe)));
      }
    }
  }
  for (const auto& [algorithm, value] : item.hashes) {
    if (const auto found = targets.by_hash.find(value); found != targets.by_hash.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByHash, false, fmt::format("the file's {} is listed", algorithm));
      }
    }
  }
  if (!item.serial.empty()) {
    if (const auto found = targets.by_serial.find(compact_order_number(item.serial));
        found != targets.by_serial.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kBySerial, false, fmt::format("serial number {} is listed", item.serial));
      }
    }
  }
}

void Matcher::State::by_order_numbers(const ItemWords& words, Candidates& candidates) const {
  for (const auto& number : words.order_numbers) {
    if (const auto found = targets.by_order_number.find(number); found != targets.by_order_number.end()) {
      for (const auto product : found->second) {
        offer(candidates, product, kByOrderNumber, false,
              fmt::format("order number {} is {}", number, whole_name(targets.names[targets.products[product].name])));
      }
    }
    for (const auto& [pattern, product] : targets.order_patterns) {
      if (fits_pattern(pattern, number)) {
        offer(candidates, product, kByOrderPattern, false,
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
      for (const auto& own : name.words.order_numbers) {
        if (!fits_pattern(*pattern, own)) continue;
        offer(candidates, product, kByOrderPattern, false,
              fmt::format("order number {} fits {}, {}", number, own, whole_name(name)));
      }
    }
  }
}

void Matcher::State::by_names(const Item& item, const ItemWords& words, double factor, std::string_view reason,
                              Candidates& candidates) const {
  std::set<std::uint32_t> names;
  const auto take = [&](const Targets::Postings& postings, const std::string& piece, std::size_t most) {
    const auto found = postings.find(piece);
    if (found == postings.end() || found->second.size() > most) return;
    names.insert(found->second.begin(), found->second.end());
  };
  for (const auto& piece : words.pieces.all()) take(targets.by_anchor, piece, kCommonWord * 4);
  for (const auto& word : words.pieces.words()) {
    for (const auto& near : targets.near_words(word)) take(targets.by_anchor, near, kCommonWord);
  }
  // An inventory that says less than the name: by its own strongest word.
  const auto strongest = std::ranges::max_element(words.to_explain, {}, [](const auto& each) { return each.second; });
  if (strongest != words.to_explain.end()) take(targets.by_word, strongest->first, kCommonWord);
  for (const auto at : names) {
    const auto& name = targets.names[at];
    const auto fitting = fit(name, words);
    const double confidence = fitting.confidence * factor;
    if (confidence < kConfidenceMin) continue;
    const auto because = fitting.narrower ? fmt::format("\"{}\" may be {}", shown(item), whole_name(name))
                                          : fmt::format("{}\"{}\" names {}", reason, shown(item), whole_name(name));
    for (const auto product : name.products) {
      // Two order numbers that differ are two products, whatever their names say.
      const auto& own = name.words.order_numbers;
      const bool other_number = !own.empty() && !words.order_numbers.empty() &&
                                std::ranges::any_of(words.order_numbers,
                                                    [&](const std::string& number) {
                                                      return std::ranges::any_of(own, [&](const std::string& each) {
                                                        return each != number && each.size() == number.size() &&
                                                               each.compare(0, 4, number, 0, 4) == 0;
                                                      });
                                                    }) &&
                                std::ranges::none_of(words.order_numbers, [&](const std::string& number) {
                                  return std::ranges::find(own, number) != own.end();
                                });
      if (other_number) continue;
      offer(candidates, product, confidence, fitting.narrower, because);
    }
  }
}

std::optional<Match> Matcher::State::judge_advisory(
    std::uint32_t advisory, const Item& item, const ItemWords& words,
    const std::vector<std::pair<std::uint32_t, const Candidate*>>& candidates) const {
  double best = 0;
  for (const auto& [product, candidate] : candidates) best = std::max(best, candidate->confidence);
  if (best < kConfidenceMin) return std::nullopt;
  struct Finding {
    std::uint32_t product;
    Status status;
    double confidence;
    std::string because, question;
    std::uint32_t vulnerability;
  };
  std::vector<Finding> findings;
  for (const auto& [at, candidate] : candidates) {
    if (candidate->confidence < best * kNearBest) continue;
    const auto& product = targets.products[at];
    auto verdict = judge(product, item);
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
      if (candidate->narrower && *status == Status::affected) {
        status = Status::undecidable;
        question = fmt::format("Is it {}?", whole_name(targets.names[product.name]));
      }
      findings.push_back({at, *status, candidate->confidence,
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
    if (finding.confidence > match.confidence) {
      match.confidence = finding.confidence;
      match.because = fmt::format("{} because {}", in_words(worst), finding.because);
      match.question = worst == Status::undecidable ? finding.question : std::string{};
    }
  }
  return match;
}

Matcher::Matcher() : state_(std::make_unique<State>()) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

std::size_t Matcher::add(const csaf::Advisory& advisory) {
  state_->prepared = false;
  return state_->targets.add(advisory);
}
void Matcher::prepare() {
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
    const auto found = targets.by_order_number.find(number);
    if (found == targets.by_order_number.end()) continue;
    std::set<std::uint32_t> names;
    for (const auto product : found->second) names.insert(targets.products[product].name);
    for (const auto name : names) {
      Item known = item;
      known.vendor = targets.names[name].vendor;
      known.product = targets.names[name].text;
      known.name.clear();
      known.family.clear();
      state_->by_names(known, words_of(known, targets), kByNumbersName,
                       fmt::format("order number {} is known as ", number), candidates);
      if (names.size() > 20) break;
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
