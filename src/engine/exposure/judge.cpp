#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/targets.hpp"
#include "engine/exposure/version_verdict.hpp"

// From products that may be the thing to what an advisory says of it: the installed version against each product's
// versions, and of all that follows what is most urgent.
namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
using Answer = formats::vers::Affected::Answer;
using formats::inventory::Item;

/// Products of one advisory that are this much less sure than the surest are other things.
constexpr double kNearBest = 0.93;

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
    Claim claim;
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
      findings.push_back({&candidate, is_narrowed ? Status::undecidable : *status, is_narrowed, claim});
    }
  }
  if (findings.empty()) return std::nullopt;
  // Of several that it may be, of which some are not affected, nobody knows which it is.
  const auto is_open = [](const Finding& each) { return each.candidate->one_of_all; };
  const bool all_affected = std::ranges::all_of(
      findings, [&](const Finding& each) { return !is_open(each) || each.status == Status::affected; });
  if (!all_affected) {
    std::erase_if(findings, [&](const Finding& each) {
      return is_open(each) && (each.status == Status::fixed || each.status == Status::not_affected);
    });
    for (auto& each : findings) {
      if (!is_open(each) || each.status != Status::affected) continue;
      each.status = Status::undecidable;
      each.is_narrowed = true;
    }
    if (findings.empty()) return std::nullopt;
  }
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
    add_unique(match.cves, document.vulnerabilities[finding.claim.vulnerability]);
  }
  auto verdict = verdict_on(product, true);
  if (worst == Status::not_affected && surest->claim.justification > 0) {
    verdict.because += fmt::format(", the vendor says that {}", flag_words()[surest->claim.justification - 1U].words);
  }
  match.because = fmt::format("{} because {}; {} ({}, product {})", in_words(worst),
                              sentence(surest->candidate->reason, targets), verdict.because, document.id, product.id);
  if (worst == Status::undecidable) {
    match.question =
        surest->is_narrowed ? fmt::format("Is it {}?", whole_name(targets.names[product.name])) : verdict.question;
  }
  return match;
}

}  // namespace tocsin::engine::exposure
