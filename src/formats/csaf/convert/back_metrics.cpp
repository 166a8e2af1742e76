#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/back_steps.hpp"
#include "formats/csaf/convert/ssvc_text.hpp"
#include "formats/cvss/cvss.hpp"
#include "formats/cvss/score.hpp"

/// The part of the conversion to 2.0 that concerns metrics: 2.0 has scores of CVSS 2 and 3.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using ProductIds = std::vector<std::string>;

constexpr std::string_view kCalculator = "https://www.first.org/cvss/calculator/4.0#";

class Metrics {
 public:
  Metrics(value& item, std::string path, const Wording& wording, Notes& notes)
      : item_(item), members_(item.get_object()), path_(std::move(path)), wording_(wording), notes_(notes) {}

  void write() {
    auto* found = find_array(item_, "metrics");
    if (found == nullptr) return;
    look_what_is_there();
    auto list = std::move(*found);
    members_.stable_erase("metrics");
    // Several sources may rate one product in 2.1, and only one in 2.0: the document's own rating comes first.
    for (const bool with_source : {false, true}) {
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].is_object() && list[i].get_object().contains("source") == with_source) add_scores(list[i], i);
      }
    }
    array scores;
    for (auto& [index, score] : scores_) scores.push_back(std::move(score));
    if (!scores.empty()) members_["scores"] = std::move(scores);
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto* content = find(list[i], "content");
      if (content == nullptr) continue;
      const auto place = fmt::format("{}/metrics/{}", path_, i);
      const auto products = ids_of(find(list[i], "products"));
      const auto source = text_of(find(list[i], "source"));
      if (auto* cvss = find(*content, "cvss_v4"); cvss != nullptr) write_cvss_v4(*cvss, products, source, place);
      if (auto* ssvc = find(*content, "ssvc_v2"); ssvc != nullptr) write_ssvc(*ssvc, products, source, place);
      if (auto* epss = find(*content, "epss"); epss != nullptr) write_epss(*epss, products, place);
      if (auto* rating = find(*content, "qualitative_severity_rating"); rating != nullptr) {
        write_rating(text_of(rating), products, place);
      }
      if (!source.empty()) write_source(source, place);
    }
  }

 private:
  /// References and notes that the way back reads before those that are added here.
  void look_what_is_there() {
    if (auto* references = find_array(item_, "references"); references != nullptr) {
      for (auto& each : *references) {
        if (text_of(find(each, "category")) == "self") continue;
        const auto vector = calculator_vector(text_of(find(each, "url")));
        if (vector && vector_.empty()) vector_ = *vector;
      }
    }
    if (auto* list = find_array(item_, "notes"); list != nullptr) {
      has_ssvc_ = std::ranges::any_of(*list, [](value& each) {
        return text_of(find(each, "title")) == "SSVC" && text_of(find(each, "category")) == "other";
      });
    }
  }

  /// "2.0", "3.0", "3.1".
  static std::string version_of(std::string_view key, value& cvss) {
    return key == "cvss_v2" ? "2.0" : text_of(find(cvss, "version"));
  }

  void add_scores(value& metric, std::size_t index) {
    auto* content = find(metric, "content");
    if (content == nullptr) return;
    const auto products = ids_of(find(metric, "products"));
    std::vector<std::pair<ProductIds, object>> made;
    for (const auto* key : {"cvss_v2", "cvss_v3"}) {
      auto* cvss = find(*content, key);
      if (cvss == nullptr) continue;
      const auto version = version_of(key, *cvss);
      ProductIds rated;
      for (const auto& id : products) {
        if (rated_.insert({version, id}).second) rated.push_back(id);
      }
      if (rated.size() < products.size()) {
        notes_.lose(fmt::format("{}/metrics/{}/content/{}", path_, index, key),
                    tr<"the score '{}' for {} of {} products: others rate them as well, and 2.0 has one score of a "
                       "version for a product">(text::shorten(text_of(find(*cvss, "vectorString")), 120),
                                                products.size() - rated.size(), products.size()));
      }
      if (rated.empty()) continue;
      if (made.empty() || made.back().first != rated) made.emplace_back(std::move(rated), object{});
      made.back().second[key] = std::move(*cvss);
    }
    for (auto& [rated, score] : made) {
      score["products"] = to_array(rated);
      scores_.emplace(index, std::move(score));
    }
  }

  static bool same(const ProductIds& a, const ProductIds& b) {
    return std::set<std::string>(a.begin(), a.end()) == std::set<std::string>(b.begin(), b.end());
  }

  /// A reference to the calculator is read as the score of all affected products, a note as that of those it names.
  void write_cvss_v4(value& cvss, const ProductIds& products, const std::string& source, const std::string& place) {
    const auto written = text_of(find(cvss, "vectorString"));
    const auto vector = cvss::parse_vector(written);
    const auto score = find(cvss, "baseScore") == nullptr ? std::string{} : json::write(*find(cvss, "baseScore"));
    const auto severity = text_of(find(cvss, "baseSeverity"));
    const auto summary = fmt::format("CVSS 4.0: {} ({})", score, severity);
    const bool is_found_again = (vector_.empty() || (vector_ == written && !is_written_)) && source.empty() && vector &&
                                vector->version == cvss::Version::v4_0 && cvss::canonical(*vector) == written &&
                                only_base_members(cvss) && same(products, assessed_products(item_, false));
    if (is_found_again) {
      is_written_ = true;
      // It came from this very reference.
      if (vector_ == written) return;
      vector_ = written;
      object reference;
      reference["category"] = "external";
      reference["summary"] = summary;
      reference["url"] = std::string{kCalculator} + written;
      add_reference(std::move(reference));
      notes_.warn(place + "/content/cvss_v4",
                  std::string{tr<"the CVSS 4.0 score became a reference to FIRST's calculator">()});
      return;
    }
    add_note(members_, "other", "CVSS 4.0",
             fmt::format("{}, {}. Applies to: {}.", summary, written, wording_.names_of(products)));
    notes_.lose(place + "/content/cvss_v4",
                tr<"the CVSS 4.0 score '{}' as such; a note names it">(text::shorten(written, 160)));
  }

  static bool only_base_members(value& cvss) {
    return std::ranges::all_of(cvss.get_object(), [](const auto& member) {
      constexpr std::string_view kMembers[] = {"version", "vectorString", "baseScore", "baseSeverity"};
      return std::ranges::find(kMembers, std::string_view{member.key()}) != std::end(kMembers);
    });
  }

  /// The text is what the way back reads; where it would bind it to other products, the title says so.
  void write_ssvc(value& ssvc, const ProductIds& products, const std::string& source, const std::string& place) {
    const auto text = json::write(ssvc);
    const auto read = read_ssvc(text);
    const bool is_found_again =
        !has_ssvc_ && source.empty() && read && value(*read) == ssvc && same(products, assessed_products(item_, true));
    has_ssvc_ = has_ssvc_ || is_found_again;
    if (is_found_again) {
      add_note(members_, "other", "SSVC", text);
      notes_.warn(place + "/content/ssvc_v2", std::string{tr<"the SSVC data became a note">()});
      return;
    }
    add_note(members_, "other", "SSVC of some products",
             fmt::format("{}\nApplies to: {}.", text, wording_.names_of(products)));
    notes_.lose(place + "/content/ssvc_v2", tr<"the SSVC data as such; a note holds it">());
  }

  void write_epss(value& epss, const ProductIds& products, const std::string& place) {
    add_note(
        members_, "other", "EPSS",
        fmt::format("Probability {}, percentile {}, as of {}. Applies to: {}.", text_of(find(epss, "probability")),
                    text_of(find(epss, "percentile")), text_of(find(epss, "timestamp")), wording_.names_of(products)));
    notes_.lose(place + "/content/epss", tr<"the EPSS score as such; a note names it">());
  }

  void write_rating(const std::string& rating, const ProductIds& products, const std::string& place) {
    object threat;
    threat["category"] = "impact";
    threat["details"] = fmt::format("Qualitative severity rating: {}.", rating);
    threat["product_ids"] = to_array(products);
    if (!members_.contains("threats")) members_["threats"].emplace_array();
    members_["threats"].get_array().push_back(std::move(threat));
    notes_.lose(place + "/content/qualitative_severity_rating",
                tr<"the qualitative severity rating '{}' as such; a threat of category impact names it">(rating));
  }

  void write_source(const std::string& source, const std::string& place) {
    if (named_sources_.insert(source).second) {
      object reference;
      reference["category"] = "external";
      reference["summary"] = "Source of a metric";
      reference["url"] = source;
      add_reference(std::move(reference));
    }
    notes_.lose(place + "/source", tr<"which metric is from this source; a reference leads to it">());
  }

  void add_reference(object reference) {
    if (!members_.contains("references")) members_["references"].emplace_array();
    members_["references"].get_array().push_back(std::move(reference));
  }

  value& item_;
  object& members_;
  std::string path_;
  const Wording& wording_;
  Notes& notes_;
  std::multimap<std::size_t, object> scores_;            ///< By the index of their metric.
  std::set<std::pair<std::string, std::string>> rated_;  ///< Version and product.
  std::set<std::string> named_sources_;
  std::string vector_;       ///< Of the reference to the calculator, where there is one.
  bool is_written_ = false;  ///< That reference stands for a metric.
  bool has_ssvc_ = false;
};

}  // namespace

void write_metrics_2_0(value& vulnerability, const std::string& path, const Wording& wording, Notes& notes) {
  Metrics{vulnerability, path, wording, notes}.write();
}

}  // namespace tocsin::formats::csaf::convert
