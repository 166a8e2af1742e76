#include "engine/exposure/decision.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/exposure/decision_inputs.hpp"
#include "formats/cvss/cvss.hpp"
#include "formats/vex/claims.hpp"
#include "tocsin_decision_tables.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;

constexpr std::string_view kBuiltIn[] = {"ot", "deployer", "cisa"};
constexpr std::size_t kToDoMax = 20;

struct Outcome {
  std::string_view name_space, key, value;
  Action action;
};
/// What the outcomes of the tables mean in a plant.
constexpr Outcome kOutcomes[] = {{"ssvc", "DSOI", "I", Action::act_now},
                                 {"ssvc", "DSOI", "O", Action::mitigate_now},
                                 {"ssvc", "DSOI", "S", Action::next_outage},
                                 {"ssvc", "DSOI", "D", Action::accept},
                                 {"cisa", "CISA", "AC", Action::act_now},
                                 {"cisa", "CISA", "AT", Action::mitigate_now},
                                 {"cisa", "CISA", "T*", Action::next_outage},
                                 {"cisa", "CISA", "T", Action::accept},
                                 {"x_tocsin.portal#ot", "D", "ACT", Action::act_now},
                                 {"x_tocsin.portal#ot", "D", "MITIGATE", Action::mitigate_now},
                                 {"x_tocsin.portal#ot", "D", "OUTAGE", Action::next_outage},
                                 {"x_tocsin.portal#ot", "D", "ACCEPT", Action::accept}};

bool says_any(std::string_view folded, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text::contains(folded, word); });
}

/// What a text on the status of exploits says.
void read_exploit_status(const std::string& details, VulnerabilityFacts& facts) {
  const auto folded = text::fold(details);
  const auto quoted = tr<"the advisory says \"{}\"">(text::shorten(text::squeeze(details), 80));
  const bool denies = says_any(folded, {"no known", "not known", "not aware", "no public", "none known", "not been",
                                        "exploited:no", "keine bekannt", "nicht bekannt", "no se conoce"});
  if (denies) {
    if (facts.none.empty()) facts.none = quoted;
  } else if (says_any(folded, {"exploited:yes", "in the wild", "actively exploit", "active exploitation",
                               "being exploited", "has been exploited", "aktiv ausgenutzt", "explotacion activa"})) {
    if (facts.active.empty()) facts.active = quoted;
  } else if (says_any(folded, {"proof of concept", "proof-of-concept", "poc", "public exploit", "publicly available",
                               "metasploit", "exploit-db", "exploit is known", "known exploit"})) {
    if (facts.proof.empty()) facts.proof = quoted;
  }
}

/// Addresses where exploits are published.
void read_reference(const csaf::Reference& reference, VulnerabilityFacts& facts) {
  if (!facts.proof.empty()) return;
  const auto url = text::lower_ascii(reference.url);
  for (const std::string_view host : {"exploit-db.com/exploits/", "packetstormsecurity.com/files/",
                                      "rapid7.com/db/modules/exploit/", "packetstorm.news/files/"}) {
    if (text::contains(url, host)) {
      facts.proof = tr<"an exploit is published ({})">(text::shorten(reference.url, 120));
      return;
    }
  }
}

struct Judged {
  Action action = Action::nothing_to_do;
  std::vector<Step> path;
  const VulnerabilityFacts* facts = nullptr;
};

Judged judge(const Case& of, const Rules& rules) {
  const auto& table = rules.table();
  Judged judged;
  judged.facts = &of.facts;
  std::vector<std::size_t> values;
  for (const auto& point : table.inputs) {
    // Rules::of asked for all of them.
    auto input = derive(point.name_space, point.key, of).value();
    const auto at = point.find(input.value).value();
    values.push_back(at);
    judged.path.push_back({.point = point.id,
                           .name = point.name,
                           .value = std::move(input.value),
                           .in_words = point.values[at].name,
                           .because = std::move(input.because),
                           .assumed = input.assumed});
  }
  judged.action = rules.action(table.decide(values));
  return judged;
}

void add_to_do(Decision& decision, const Remedy& remedy) {
  using enum csaf::RemediationCategory;
  if (remedy.category == none_available || remedy.category == no_fix_planned) return;
  const auto same = [&](const ToDo& each) { return each.text == remedy.details && each.url == remedy.url; };
  if (decision.to_do.size() == kToDoMax || std::ranges::any_of(decision.to_do, same)) return;
  ToDo to_do{.category = remedy.category, .text = remedy.details, .url = remedy.url, .controls = {}};
  if (remedy.category == mitigation || remedy.category == workaround) to_do.controls = controls_of_text(remedy.details);
  // The order of the categories is that of use to a plant.
  const auto at = std::ranges::upper_bound(decision.to_do, to_do.category, {}, &ToDo::category);
  decision.to_do.insert(at, std::move(to_do));
}

std::string_view attack_vector(const VulnerabilityFacts& facts) {
  const auto vector = formats::cvss::parse_vector(facts.vector);
  if (!vector) return {};
  const auto found = std::ranges::find(vector->metrics, "AV", &formats::cvss::MetricValue::metric);
  return found == vector->metrics.end() ? std::string_view{} : found->value;
}

}  // namespace

std::string_view to_string(Action action) noexcept {
  switch (action) {
    case Action::act_now:
      return "act_now";
    case Action::mitigate_now:
      return "mitigate_now";
    case Action::next_outage:
      return "next_outage";
    case Action::accept:
      return "accept";
    case Action::nothing_to_do:
      break;
  }
  return "nothing_to_do";
}

std::string_view in_words(Action action) noexcept {
  switch (action) {
    case Action::act_now:
      return "Act now";
    case Action::mitigate_now:
      return "Mitigate now, patch later";
    case Action::next_outage:
      return "Next outage";
    case Action::accept:
      return "Accept";
    case Action::nothing_to_do:
      break;
  }
  return "Nothing to do";
}

std::optional<Action> parse_action(std::string_view text) noexcept {
  for (const auto each : kActions) {
    if (to_string(each) == text) return each;
  }
  return std::nullopt;
}

AdvisoryFacts decision_facts(const csaf::Advisory& advisory) {
  AdvisoryFacts all;
  for (const auto& vulnerability : advisory.vulnerabilities) {
    VulnerabilityFacts facts;
    facts.id = formats::vex::name_of(vulnerability);
    if (const auto* score = vulnerability.headline_score()) facts.vector = score->vector;
    facts.epss = vulnerability.epss;
    if (vulnerability.first_known_exploitation) {
      facts.active =
          tr<"the advisory knows of exploitation since {}">(format_date(*vulnerability.first_known_exploitation));
    }
    for (const auto& threat : vulnerability.threats) {
      if (threat.category == "exploit_status") read_exploit_status(threat.details, facts);
    }
    for (const auto& reference : vulnerability.references) read_reference(reference, facts);
    for (const auto& remediation : vulnerability.remediations) {
      facts.remedies.push_back(
          {.category = remediation.category,
           .details = text::shorten(text::squeeze(remediation.details), kRemedyBytesMax),
           .url = remediation.url,
           .date = remediation.date,
           .restart = !remediation.restart_required.empty() && remediation.restart_required != "none",
           .product_ids = remediation.product_ids});
    }
    all.push_back(std::move(facts));
  }
  return all;
}

std::span<const std::string_view> Rules::built_in_names() noexcept { return kBuiltIn; }

const Rules& Rules::built_in(std::string_view name) {
  static const auto all = [] {
    std::map<std::string, Rules, std::less<>> made;
    for (const auto each : kBuiltIn) made.emplace(each, read(document(each)).value());
    return made;
  }();
  const auto found = all.find(name);
  TOCSIN_CHECK(found != all.end());
  return found->second;
}

std::string_view Rules::document(std::string_view built_in) {
  const auto& files = tables::files();
  const auto file = std::ranges::find(files, fmt::format("{}.json", built_in), &tables::EmbeddedFile::path);
  TOCSIN_CHECK(file != files.end());
  return file->bytes;
}

Result<Rules> Rules::read(std::string_view text) {
  TRY(const auto parsed, json::parse(text));
  TRY(auto table, formats::ssvc::read_decision_table(parsed.root()));
  return of(std::move(table));
}

Result<Rules> Rules::of(formats::ssvc::DecisionTable table) {
  for (const auto& point : table.inputs) {
    const auto where = json::pointer_append("/decision_points", point.id);
    const auto values = derivable(point.name_space, point.key);
    if (values.empty()) {
      return Error::invalid(
          fmt::format("{} ({}) is no decision point that follows from an inventory and advisories; these do: {}",
                      point.id, point.name, derivable_points()),
          where);
    }
    for (const auto value : values) {
      if (!point.find(value)) {
        return Error::invalid(fmt::format("{} has no value '{}', which may come out", point.id, value), where);
      }
    }
  }
  Rules rules;
  for (const auto& value : table.outcome.values) {
    const auto* found = std::ranges::find_if(kOutcomes, [&](const Outcome& each) {
      return each.name_space == table.outcome.name_space && each.key == table.outcome.key && each.value == value.key;
    });
    if (found == std::end(kOutcomes)) {
      return Error::invalid(
          fmt::format(
              "The outcome {} with its value '{}' says nothing that can be acted upon; outcomes are ssvc:DSOI (I, "
              "O, S, D), cisa:CISA (AC, AT, T*, T) and x_tocsin.portal#ot:D (ACT, MITIGATE, OUTAGE, ACCEPT)",
              table.outcome.id, value.key),
          "/outcome");
    }
    rules.actions_.push_back(found->action);
  }
  rules.table_ = std::move(table);
  return rules;
}

std::string Decision::path_text() const {
  std::string out;
  for (const auto& step : path) {
    out += fmt::format("{}{}={} because {}{}", out.empty() ? "" : "; ", step.name, step.in_words, step.because,
                       step.assumed ? " (assumed)" : "");
  }
  return out;
}

Decision decide(const Match& match, const formats::inventory::Item& item, const AdvisoryFacts& facts,
                const evidence::Book& book, const Rules& rules, Timestamp today) {
  Decision decision;
  today = midnight_of(today);
  if (match.status == Status::fixed || match.status == Status::not_affected) {
    decision.because =
        match.status == Status::fixed ? tr<"what is installed has the fix">() : tr<"it is not affected">();
    return decision;
  }
  Judged worst;
  for (const auto& each : facts) {
    if (std::ranges::find(match.cves, each.id) == match.cves.end()) continue;
    auto judged = judge(
        {.match = match, .item = item, .facts = each, .evidence = book.find(each.id), .book = book, .today = today},
        rules);
    if (worst.facts == nullptr || judged.action < worst.action) worst = std::move(judged);
    for (const auto& remedy : each.remedies) {
      if (is_for(remedy, match)) add_to_do(decision, remedy);
    }
  }
  if (worst.facts == nullptr) {
    // A vulnerability without a name of any kind, or facts of another advisory: nothing says that it is harmless.
    static const VulnerabilityFacts kNameless;
    worst = judge({.match = match, .item = item, .facts = kNameless, .evidence = nullptr, .book = book, .today = today},
                  rules);
  }
  decision.action = worst.action;
  decision.vulnerability = worst.facts->id;
  decision.table = rules.table().id();
  decision.path = std::move(worst.path);
  if (match.status != Status::affected) {
    decision.path.insert(decision.path.begin(), {.point = {},
                                                 .name = "Status",
                                                 .value = "affected",
                                                 .in_words = "Affected",
                                                 .because = std::string{match.status == Status::undecidable
                                                                            ? tr<"it is undecided">()
                                                                            : tr<"it is under investigation">()},
                                                 .assumed = true});
  }
  const auto outage = outage_of(item, today);
  switch (decision.action) {
    case Action::act_now:
    case Action::mitigate_now:
      decision.due = today;
      decision.due_at_once = true;
      break;
    case Action::next_outage:
      decision.due = outage;
      decision.due_at_once = is_any_time(item);
      break;
    case Action::accept:
    case Action::nothing_to_do:
      break;
  }
  const bool has_fix = std::ranges::any_of(
      decision.to_do, [](const ToDo& each) { return each.category == csaf::RemediationCategory::vendor_fix; });
  if (decision.action == Action::mitigate_now || (decision.action == Action::act_now && !has_fix)) {
    decision.compensating = controls_of_attack(attack_vector(*worst.facts));
  }
  decision.because = fmt::format("{}{}: {}", decision.vulnerability,
                                 decision.vulnerability.empty() ? "by the table" : "", decision.path_text());
  return decision;
}

}  // namespace tocsin::engine::exposure
