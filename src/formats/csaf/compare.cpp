#include "formats/csaf/compare.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/compare_texts.hpp"
#include "formats/csaf/pairing.hpp"

namespace tocsin::formats::csaf {
namespace {

using namespace comparing;

class Comparison {
 public:
  Comparison(const Advisory& before, const Advisory& after) : before_(before), after_(after) {}

  std::vector<Change> run() {
    compare_document();
    compare_products();
    compare_vulnerabilities();
    compare_notes(std::string{tr<"Notes">()}, before_.notes, after_.notes);
    compare_references(std::string{tr<"References">()}, before_.references, after_.references);
    compare_texts(std::string{tr<"Acknowledgments">()}, std::string{tr<"Acknowledgment">()}, before_.acknowledgments,
                  after_.acknowledgments);
    compare_history();
    return std::move(changes_);
  }

 private:
  void report(std::string_view section, std::string what, std::string before, std::string after) {
    if (before == after) return;
    const auto kind = before.empty()  ? Change::Kind::added
                      : after.empty() ? Change::Kind::removed
                                      : Change::Kind::changed;
    changes_.push_back({kind, concerns_, std::string{section}, std::move(what), std::move(before), std::move(after)});
  }

  /// What is reported while it lives concerns this.
  class Concerning {
   public:
    Concerning(Comparison& comparison, Change::Concerns concerns)
        : comparison_(comparison), before_(std::exchange(comparison.concerns_, concerns)) {}
    ~Concerning() { comparison_.concerns_ = before_; }
    Concerning(const Concerning&) = delete;
    Concerning& operator=(const Concerning&) = delete;

   private:
    Comparison& comparison_;
    Change::Concerns before_;
  };

  void compare_document() {
    const auto& a = before_.header;
    const auto& b = after_.header;
    const auto field = [&](std::string_view what, std::string before, std::string after) {
      report(tr<"Document">(), std::string{what}, std::move(before), std::move(after));
    };
    field(tr<"Title">(), a.title, b.title);
    field(tr<"CSAF version">(), std::string{to_string(a.csaf_version)}, std::string{to_string(b.csaf_version)});
    field(tr<"Category">(), a.category, b.category);
    field(tr<"Language">(), a.lang, b.lang);
    field(tr<"Publisher">(), a.publisher_name, b.publisher_name);
    field(tr<"Publisher namespace">(), a.publisher_namespace, b.publisher_namespace);
    field(tr<"Publisher category">(), a.publisher_category, b.publisher_category);
    field(tr<"Contact">(), before_.contact_details, after_.contact_details);
    field(tr<"Issuing authority">(), before_.issuing_authority, after_.issuing_authority);
    field(tr<"Tracking id">(), a.tracking_id, b.tracking_id);
    field(tr<"Aliases">(), joined(a.aliases, ", "), joined(b.aliases, ", "));
    field(tr<"Version">(), a.tracking_version, b.tracking_version);
    field(tr<"Status">(), a.tracking_status, b.tracking_status);
    field(tr<"TLP">(), a.tlp_label, b.tlp_label);
    field(tr<"Distribution">(), before_.distribution_text, after_.distribution_text);
    {
      const Concerning severity{*this, Change::Concerns::severity};
      field(tr<"Severity">(), before_.aggregate_severity, after_.aggregate_severity);
    }
    field(tr<"Initial release">(), format_minute(a.initial_release_date), format_minute(b.initial_release_date));
    field(tr<"Current release">(), format_minute(a.current_release_date), format_minute(b.current_release_date));
  }

  // A product keeps its number from one revision to the next, whatever id the document gives it. Those that only the
  // earlier revision has are numbered behind those of the later one.
  void compare_products() {
    const Concerning affected{*this, Change::Concerns::affected};
    const auto folded = [](const std::string& text) { return text::fold(text::squeeze(text)); };
    const auto same_name = [folded](const Product& product) {
      if (!product.relationship.empty()) return key_of({"relationship", folded(product.name)});
      return key_of({folded(product.vendor), folded(product.product)});
    };
    const auto same = [same_name, folded](const Product& product) {
      return same_name(product) + folded(product.version);
    };
    // Twins with equal texts are told apart by what else identifies them, in the end by their ids.
    const auto identical = [same](const Product& product) {
      return same(product) + key_of({joined(product.model_numbers, ","), joined(product.skus, ","), product.cpe,
                                     joined(product.purls, ","), product.id});
    };
    const auto identified = [same](const Product& product) {
      return same(product) + key_of({joined(product.model_numbers, ","), joined(product.skus, ","), product.cpe,
                                     joined(product.purls, ",")});
    };
    const auto pairing = pair_up<Product>(before_.products, after_.products, {identical, identified, same, same_name});
    labels_.reserve(after_.products.size());
    for (std::size_t i = 0; i < after_.products.size(); ++i) {
      const auto& product = after_.products[i];
      numbers_after_.emplace(product.id, i);
      labels_.push_back(label_of(product));
      if (!pairing.before_of[i]) {
        report(tr<"Products">(), std::string{tr<"Product">()}, "", labels_.back());
        continue;
      }
      const auto& earlier = before_.products[*pairing.before_of[i]];
      report_product(earlier, product);
    }
    for (std::size_t i = 0; i < before_.products.size(); ++i) {
      const auto& product = before_.products[i];
      if (const auto number = pairing.after_of[i]) {
        numbers_before_.emplace(product.id, *number);
        continue;
      }
      numbers_before_.emplace(product.id, labels_.size());
      labels_.push_back(label_of(product));
      report(tr<"Products">(), std::string{tr<"Product">()}, labels_.back(), "");
    }
  }

  void report_product(const Product& earlier, const Product& later) {
    auto name = later;
    name.version.clear();
    const auto label = label_of(name);
    report(tr<"Products">(), tr<"Version of {}">(label), text::squeeze(earlier.version), text::squeeze(later.version));
    report(tr<"Products">(), tr<"Model numbers of {}">(label), joined(earlier.model_numbers, ", "),
           joined(later.model_numbers, ", "));
    report(tr<"Products">(), tr<"SKUs of {}">(label), joined(earlier.skus, ", "), joined(later.skus, ", "));
    report(tr<"Products">(), tr<"Serial numbers of {}">(label), joined(earlier.serial_numbers, ", "),
           joined(later.serial_numbers, ", "));
    report(tr<"Products">(), tr<"CPE of {}">(label), earlier.cpe, later.cpe);
    report(tr<"Products">(), tr<"Package URLs of {}">(label), joined(earlier.purls, ", "), joined(later.purls, ", "));
  }

  std::size_t number_of(const HashMap<std::string_view, std::size_t>& numbers, std::string_view id) {
    if (const auto found = numbers.find(id); found != numbers.end()) return found->second;
    // An id without a product: the id itself is all there is to go by.
    const auto [found, is_new] = dangling_.emplace(id, labels_.size());
    if (is_new) labels_.emplace_back(id);
    return found->second;
  }
  std::set<std::size_t> numbers_of(const HashMap<std::string_view, std::size_t>& numbers,
                                   const std::vector<std::string>& ids) {
    std::set<std::size_t> result;
    for (const auto& id : ids) result.insert(number_of(numbers, id));
    return result;
  }
  std::string products_key(const HashMap<std::string_view, std::size_t>& numbers, const std::vector<std::string>& ids) {
    return fmt::format("{}", fmt::join(numbers_of(numbers, ids), ","));
  }

  // "Acme Pump < V2 and 3 more products"
  std::string some_products(const std::vector<std::size_t>& numbers) const {
    if (numbers.empty()) return {};
    const auto& first = labels_[numbers.front()];
    if (numbers.size() == 1) return first;
    if (numbers.size() == 2) return tr<"{} and {}">(first, labels_[numbers.back()]);
    return tr<"{} and {} more products">(first, numbers.size() - 1);
  }

  void compare_vulnerabilities() {
    const auto by_id = [](const Vulnerability& each) { return name_of(each); };
    const auto by_title = [](const Vulnerability& each) { return each.title; };
    const auto pairing = pair_up<Vulnerability>(before_.vulnerabilities, after_.vulnerabilities, {by_id, by_title});
    for (std::size_t i = 0; i < after_.vulnerabilities.size(); ++i) {
      const auto& later = after_.vulnerabilities[i];
      if (pairing.before_of[i]) {
        compare_vulnerability(before_.vulnerabilities[*pairing.before_of[i]], later);
      } else {
        const Concerning affected{*this, Change::Concerns::affected};
        report(name_of(later), std::string{tr<"Vulnerability">()}, "", headline_of(later));
      }
    }
    for (std::size_t i = 0; i < before_.vulnerabilities.size(); ++i) {
      const auto& earlier = before_.vulnerabilities[i];
      if (pairing.after_of[i]) continue;
      const Concerning affected{*this, Change::Concerns::affected};
      report(name_of(earlier), std::string{tr<"Vulnerability">()}, headline_of(earlier), "");
    }
  }

  void compare_vulnerability(const Vulnerability& a, const Vulnerability& b) {
    const auto section = name_of(b);
    report(section, "CVE", a.cve, b.cve);
    report(section, std::string{tr<"Title">()}, a.title, b.title);
    report(section, "CWE", cwes_of(a), cwes_of(b));
    {
      const Concerning severity{*this, Change::Concerns::severity};
      compare_scores(section, a.scores, b.scores);
      report(section, "EPSS", a.epss ? fmt::format("{}", *a.epss) : "", b.epss ? fmt::format("{}", *b.epss) : "");
      report(section, std::string{tr<"Severity">()}, severity_text(a), severity_text(b));
    }
    {
      const Concerning affected{*this, Change::Concerns::affected};
      compare_statuses(section, a, b);
    }
    {
      const Concerning remediation{*this, Change::Concerns::remediation};
      compare_remediations(section, a.remediations, b.remediations);
    }
    {
      // What is known of attacks says how urgent it is.
      const Concerning severity{*this, Change::Concerns::severity};
      compare_threats(section, a.threats, b.threats);
    }
    {
      const Concerning affected{*this, Change::Concerns::affected};
      compare_flags(section, a.flags, b.flags);
    }
    report(section, std::string{tr<"Discovered">()}, day(a.discovery_date), day(b.discovery_date));
    report(section, std::string{tr<"Published">()}, day(a.release_date), day(b.release_date));
    {
      const Concerning severity{*this, Change::Concerns::severity};
      report(section, std::string{tr<"First known exploitation">()}, day(a.first_known_exploitation),
             day(b.first_known_exploitation));
    }
    compare_notes(section, a.notes, b.notes);
    compare_references(section, a.references, b.references);
    compare_texts(section, std::string{tr<"Acknowledgment">()}, a.acknowledgments, b.acknowledgments);
  }

  static std::string severity_text(const Vulnerability& each) {
    return each.qualitative_severity ? std::string{tr_text(cvss::to_string(*each.qualitative_severity))}
                                     : std::string{};
  }

  void compare_scores(const std::string& section, const std::vector<Score>& a, const std::vector<Score>& b) {
    const auto version = [](const Score& score) { return std::string{cvss::to_string(score.version)}; };
    const auto equal = [version](const Score& score) {
      return key_of({version(score), score.vector, std::to_string(score.base_tenths)});
    };
    // 3.0 to 3.1 is a new vector for the same thing, not one score gone and another come.
    const auto major = [version](const Score& score) { return version(score).substr(0, 1); };
    const auto pairing = pair_up<Score>(a, b, {equal, version, major});
    for (std::size_t i = 0; i < b.size(); ++i) {
      const auto version_name = cvss::to_string(b[i].version);
      const auto what = tr<"CVSS {} score">(version_name);
      if (!pairing.before_of[i]) {
        report(section, what, "", score_text(b[i].base_tenths, b[i].severity));
        continue;
      }
      const auto& earlier = a[*pairing.before_of[i]];
      report(section, what, score_text(earlier.base_tenths, earlier.severity),
             score_text(b[i].base_tenths, b[i].severity));
      report(section, tr<"CVSS {} vector">(version_name), earlier.vector, b[i].vector);
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (pairing.after_of[i]) continue;
      report(section, tr<"CVSS {} score">(cvss::to_string(a[i].version)), score_text(a[i].base_tenths, a[i].severity),
             "");
    }
  }

  // Every product's statuses in words, by product number.
  std::map<std::size_t, std::string> statuses_of(const HashMap<std::string_view, std::size_t>& numbers,
                                                 const Vulnerability& vulnerability) {
    std::map<std::size_t, std::string> statuses;
    for (const auto& group : vulnerability.statuses) {
      for (const auto number : numbers_of(numbers, group.product_ids)) {
        auto& text = statuses[number];
        if (!text.empty()) text += ", ";
        text += to_string(group.status);
      }
    }
    return statuses;
  }

  void compare_statuses(const std::string& section, const Vulnerability& a, const Vulnerability& b) {
    const auto before = statuses_of(numbers_before_, a);
    const auto after = statuses_of(numbers_after_, b);
    // Products that moved alike are told together, in the order of their first product.
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> moves;
    const auto text_in = [](const std::map<std::size_t, std::string>& statuses, std::size_t number) {
      const auto found = statuses.find(number);
      return found == statuses.end() ? std::string{} : found->second;
    };
    for (const auto& [number, status] : after) {
      if (const auto earlier = text_in(before, number); earlier != status) moves[{earlier, status}].push_back(number);
    }
    for (const auto& [number, status] : before) {
      if (!after.contains(number)) moves[{status, {}}].push_back(number);
    }
    std::vector<const std::pair<const std::pair<std::string, std::string>, std::vector<std::size_t>>*> ordered;
    ordered.reserve(moves.size());
    for (const auto& move : moves) ordered.push_back(&move);
    std::sort(ordered.begin(), ordered.end(),
              [](const auto* left, const auto* right) { return left->second.front() < right->second.front(); });
    for (const auto* move : ordered) {
      report(section, tr<"Status of {}">(some_products(move->second)), move->first.first, move->first.second);
    }
  }

  // A remediation with what it is paired by; products as numbers, since ids may be renumbered.
  struct Fix {
    const Remediation* item;
    std::string category;
    std::string products;
  };
  std::vector<Fix> fixes_of(const HashMap<std::string_view, std::size_t>& numbers,
                            const std::vector<Remediation>& remediations) {
    std::vector<Fix> fixes;
    fixes.reserve(remediations.size());
    for (const auto& each : remediations) {
      fixes.push_back({&each, std::string{to_string(each.category)}, products_key(numbers, each.product_ids)});
    }
    return fixes;
  }

  void compare_remediations(const std::string& section, const std::vector<Remediation>& a,
                            const std::vector<Remediation>& b) {
    const auto before = fixes_of(numbers_before_, a);
    const auto after = fixes_of(numbers_after_, b);
    const auto exact = [](const Fix& each) {
      return key_of({each.category, each.item->details, each.item->url, day(each.item->date), each.products});
    };
    const auto same_text = [](const Fix& each) { return key_of({each.item->details, each.products}); };
    const auto same_details = [](const Fix& each) { return each.item->details; };
    const auto same_products = [](const Fix& each) { return key_of({each.category, each.products}); };
    const auto same_url = [](const Fix& each) {
      return each.item->url.empty() ? std::string{} : key_of({each.category, each.item->url});
    };
    const auto pairing = pair_up<Fix>(before, after, {exact, same_text, same_details, same_products, same_url});
    for (std::size_t i = 0; i < after.size(); ++i) {
      const auto what = tr<"Remediation ({})">(after[i].category);
      if (pairing.before_of[i]) {
        report_remediation(section, what, a[*pairing.before_of[i]], b[i]);
      } else {
        report(section, what, "", remediation_text(b[i]));
      }
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (pairing.after_of[i]) continue;
      report(section, tr<"Remediation ({})">(before[i].category), remediation_text(a[i]), "");
    }
  }

  static std::string remediation_text(const Remediation& each) {
    if (each.details.empty()) return each.url.empty() ? std::string{tr<"no details">()} : each.url;
    return each.details;
  }

  void report_remediation(const std::string& section, const std::string& what, const Remediation& a,
                          const Remediation& b) {
    report(section, what, remediation_text(a), remediation_text(b));
    report(section, std::string{tr<"Remediation category">()}, std::string{to_string(a.category)},
           std::string{to_string(b.category)});
    if (!a.details.empty() && !b.details.empty()) report(section, tr<"URL of {}">(lower_first(what)), a.url, b.url);
    report(section, tr<"Date of {}">(lower_first(what)), day(a.date), day(b.date));
    report(section, tr<"Restart required by {}">(lower_first(what)), a.restart_required, b.restart_required);
    report(section, tr<"Entitlements of {}">(lower_first(what)), joined(a.entitlements, ", "),
           joined(b.entitlements, ", "));
    report_product_sets(section, lower_first(what), a.product_ids, b.product_ids);
  }

  /// Within another name. German writes its nouns large wherever they stand.
  static std::string lower_first(std::string text) {
    if (current_language() == Language::de) return text;
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
  }

  void report_product_sets(const std::string& section, const std::string& what, const std::vector<std::string>& a,
                           const std::vector<std::string>& b) {
    const auto before = numbers_of(numbers_before_, a);
    const auto after = numbers_of(numbers_after_, b);
    std::vector<std::size_t> gone, come;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(come));
    report(section, tr<"Products of {}">(what), "", some_products(come));
    report(section, tr<"Products of {}">(what), some_products(gone), "");
  }

  void compare_threats(const std::string& section, const std::vector<Threat>& a, const std::vector<Threat>& b) {
    const auto exact = [](const Threat& each) { return key_of({each.category, each.details}); };
    const auto category = [](const Threat& each) { return key_of({each.category}); };
    const auto pairing = pair_up<Threat>(a, b, {exact, category});
    for (std::size_t i = 0; i < b.size(); ++i) {
      const auto what = tr<"Threat ({})">(b[i].category);
      report(section, what, pairing.before_of[i] ? a[*pairing.before_of[i]].details : "", b[i].details);
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!pairing.after_of[i]) report(section, tr<"Threat ({})">(a[i].category), a[i].details, "");
    }
  }

  void compare_flags(const std::string& section, const std::vector<Flag>& a, const std::vector<Flag>& b) {
    std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>> products;
    for (const auto& each : a) append(products[each.label].first, each.product_ids);
    for (const auto& each : b) append(products[each.label].second, each.product_ids);
    for (const auto& [label, ids] : products) {
      report_product_sets(section, tr<"flag ({})">(label), ids.first, ids.second);
    }
  }

  static void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  void compare_notes(const std::string& section, const std::vector<Note>& a, const std::vector<Note>& b) {
    const auto exact = [](const Note& each) { return key_of({each.category, each.title, each.text}); };
    const auto same_title = [](const Note& each) { return key_of({each.category, each.title}); };
    const auto pairing = pair_up<Note>(a, b, {exact, same_title});
    const auto what = [](const Note& each) { return tr<"Note ({})">(each.title.empty() ? each.category : each.title); };
    for (std::size_t i = 0; i < b.size(); ++i) {
      report(section, what(b[i]), pairing.before_of[i] ? a[*pairing.before_of[i]].text : "", b[i].text);
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!pairing.after_of[i]) report(section, what(a[i]), a[i].text, "");
    }
  }

  void compare_references(const std::string& section, const std::vector<Reference>& a,
                          const std::vector<Reference>& b) {
    const auto exact = [](const Reference& each) { return key_of({each.url, each.summary}); };
    const auto same_url = [](const Reference& each) { return each.url; };
    const auto same_summary = [](const Reference& each) { return each.summary; };
    const auto pairing = pair_up<Reference>(a, b, {exact, same_url, same_summary});
    for (std::size_t i = 0; i < b.size(); ++i) {
      report(section, std::string{tr<"Reference">()}, pairing.before_of[i] ? text_of(a[*pairing.before_of[i]]) : "",
             text_of(b[i]));
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!pairing.after_of[i]) report(section, std::string{tr<"Reference">()}, text_of(a[i]), "");
    }
  }

  template <class T>
  void compare_texts(const std::string& section, const std::string& what, const std::vector<T>& a,
                     const std::vector<T>& b) {
    const auto pairing = pair_up<T>(a, b, {[](const T& each) { return text_of(each); }});
    for (std::size_t i = 0; i < b.size(); ++i) {
      if (!pairing.before_of[i]) report(section, what, "", text_of(b[i]));
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!pairing.after_of[i]) report(section, what, text_of(a[i]), "");
    }
  }

  void compare_history() {
    const auto number = [](const HistoryEntry& each) { return each.number; };
    const auto text = [](const HistoryEntry& each) {
      return each.date ? fmt::format("{}: {}", format_date(*each.date), each.summary) : each.summary;
    };
    const auto exact = [=](const HistoryEntry& each) { return key_of({each.number, text(each)}); };
    const auto pairing = pair_up<HistoryEntry>(before_.history, after_.history, {exact, number});
    for (std::size_t i = 0; i < after_.history.size(); ++i) {
      const auto& later = after_.history[i];
      report(tr<"Revision history">(), tr<"Revision {}">(later.number),
             pairing.before_of[i] ? text(before_.history[*pairing.before_of[i]]) : "", text(later));
    }
    for (std::size_t i = 0; i < before_.history.size(); ++i) {
      const auto& earlier = before_.history[i];
      if (!pairing.after_of[i]) report(tr<"Revision history">(), tr<"Revision {}">(earlier.number), text(earlier), "");
    }
  }

  const Advisory& before_;
  const Advisory& after_;
  std::vector<Change> changes_;
  Change::Concerns concerns_ = Change::Concerns::editorial;
  std::vector<std::string> labels_;  ///< By product number.
  HashMap<std::string_view, std::size_t> numbers_before_, numbers_after_, dangling_;
};

}  // namespace

std::string_view to_string(Change::Kind kind) noexcept {
  switch (kind) {
    case Change::Kind::added:
      return "added";
    case Change::Kind::removed:
      return "removed";
    case Change::Kind::changed:
      break;
  }
  return "changed";
}

std::string_view to_string(Change::Concerns concerns) noexcept {
  switch (concerns) {
    case Change::Concerns::affected:
      return "affected";
    case Change::Concerns::remediation:
      return "remediation";
    case Change::Concerns::severity:
      return "severity";
    case Change::Concerns::editorial:
      break;
  }
  return "editorial";
}

bool matters_to_owners(const std::vector<Change>& changes) noexcept {
  return std::ranges::any_of(changes, [](const Change& each) { return each.concerns != Change::Concerns::editorial; });
}

std::vector<Change> compare(const Advisory& before, const Advisory& after) { return Comparison(before, after).run(); }

}  // namespace tocsin::formats::csaf
