#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "domain/advisory_facts.hpp"
#include "formats/csaf/advisory.hpp"
#include "portal/pages/advisory_json.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/threat_links.hpp"
#include "store/records.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;
using portal::pages::LoadedAdvisory;

constexpr std::size_t kTextWidth = 100;
constexpr std::size_t kProductsShown = 200;

/// As the API finds it, but with the operator's eyes and with answers that say what there is instead.
Result<LoadedAdvisory> find(store::Connection& connection, const CommandLine& line) {
  store::Records records{connection};
  const auto viewer = operator_viewer(line.as_public);
  const auto now = system_clock().now();
  TRY(auto record, records.find(viewer, domain::RecordKind::advisory, domain::slug_of(line.id), now));
  if (!record) {
    return Error{Error::Code::not_found, fmt::format("There is no advisory '{}' here", line.id), {}, {}};
  }
  LoadedAdvisory found;
  found.record = std::move(*record);
  TRY(found.revisions, records.revisions(viewer, found.record, now));
  const auto chosen = std::ranges::find_if(found.revisions, [&](const domain::Revision& each) {
    if (line.revision.empty()) return each.id == found.record.current_revision;
    // Conflicting ones stand after the one they conflict with, so the first is what readers saw.
    return each.version == line.revision || portal::pages::revision_name(found.revisions, each) == line.revision;
  });
  if (chosen == found.revisions.end()) {
    std::vector<std::string> versions;
    for (const auto& each : found.revisions) versions.push_back(each.version);
    return Error{
        Error::Code::not_found,
        fmt::format("{} has no revision {}; it has {}", found.record.key, line.revision, fmt::join(versions, ", ")),
        {},
        {}};
  }
  found.revision = *chosen;
  TRY(auto bytes, records.document(found.record.id, found.revision.id));
  if (!bytes) return Error::internal("The revision has no document");
  found.bytes = std::move(*bytes);
  return found;
}

class Page {
 public:
  Page(bool styled, std::size_t width) : styled_(styled), width_(width) {}

  std::string render(const LoadedAdvisory& found) {
    const auto& advisory = found.advisory;
    const auto& facts = found.facts;
    out_ += bold(safe_text(advisory.header.title)) + "\n";
    out_ += safe_text(fmt::format("{}  version {}  {}  TLP:{}", advisory.header.tracking_id, found.revision.version,
                                  advisory.header.tracking_status, domain::to_string(found.record.tlp))) +
            "\n";
    out_ += safe_text(fmt::format("{}  published {}  updated {}", advisory.header.publisher_name,
                                  format_date(advisory.header.initial_release_date),
                                  format_date(advisory.header.current_release_date))) +
            "\n";
    if (!found.is_current()) {
      out_ += fmt::format("This is not the current revision; that is version {}.\n", safe_text(found.record.version));
    }
    if (!advisory.extensions.empty()) {
      out_ += bold(safe_text("Warning: this advisory " + csaf::warning_of(advisory.extensions) + ".")) + "\n";
    }
    if (facts.score_tenths) {
      out_ += fmt::format("Highest score {}.{} ({})\n", *facts.score_tenths / 10, *facts.score_tenths % 10,
                          formats::cvss::to_string(facts.severity));
    }
    if (!facts.summary.empty()) {
      head("Summary");
      paragraph(facts.summary);
    }
    products(facts);
    for (const auto& each : advisory.vulnerabilities) vulnerability(advisory, each);
    references(advisory);
    revisions(found);
    return std::move(out_);
  }

 private:
  std::string bold(std::string text) const { return styled_ ? "\x1b[1m" + text + "\x1b[0m" : std::move(text); }
  void head(std::string_view title) { out_ += "\n" + bold(std::string{title}) + "\n"; }
  void paragraph(std::string_view text, std::size_t indent = 0) {
    out_ += wrap(safe_text(text), std::min(width_ == 0 ? kTextWidth : width_, kTextWidth), indent);
  }

  void products(const domain::AdvisoryFacts& facts) {
    if (facts.products.empty()) return;
    head("Products");
    TextTable table{{{.title = "vendor", .width_max = 30, .shrinks = true},
                     {.title = "product", .width_max = 60, .shrinks = true},
                     {.title = "version", .width_max = 40},
                     {.title = "status"}}};
    for (std::size_t i = 0; i < std::min(facts.products.size(), kProductsShown); ++i) {
      const auto& each = facts.products[i];
      auto status = std::string{csaf::to_string(each.status)};
      std::ranges::replace(status, '_', ' ');
      table.add({{safe_text(each.vendor_name)}, {safe_text(each.product_name)}, {safe_text(each.version)}, {status}});
    }
    out_ += table.text(width_, styled_);
    if (facts.products.size() > kProductsShown) {
      out_ += fmt::format("... and {} more (--raw has them all)\n", facts.products.size() - kProductsShown);
    }
  }

  void vulnerability(const csaf::Advisory& advisory, const csaf::Vulnerability& each) {
    auto title = !each.cve.empty() ? each.cve : each.ids.empty() ? std::string{"Vulnerability"} : each.ids[0].second;
    if (!each.title.empty()) title += "  " + each.title;
    head(safe_text(title));
    if (const auto* score = each.headline_score(); score != nullptr) {
      out_ += safe_text(fmt::format("CVSS {} {}.{} ({})  {}\n", formats::cvss::to_string(score->version),
                                    score->base_tenths / 10, score->base_tenths % 10,
                                    formats::cvss::to_string(score->severity), score->vector));
    }
    for (const auto& cwe : each.cwes) out_ += safe_text(fmt::format("{} {}\n", cwe.id, cwe.name));
    for (const auto& note : each.notes) {
      if (!domain::is_boilerplate(note)) paragraph(note.text);
    }
    for (const auto& remediation : each.remediations) {
      auto category = std::string{csaf::to_string(remediation.category)};
      std::ranges::replace(category, '_', ' ');
      out_ += "  " + bold(category);
      const bool every = remediation.product_ids.size() >= advisory.products.size();
      if (!every && !remediation.product_ids.empty()) {
        out_ += fmt::format(
            " ({})", text::count_of(static_cast<long long>(remediation.product_ids.size()), "product", "products"));
      }
      out_ += "\n";
      paragraph(remediation.details, 4);
      if (!remediation.url.empty()) out_ += "    " + safe_text(remediation.url) + "\n";
    }
  }

  void references(const csaf::Advisory& advisory) {
    if (advisory.references.empty()) return;
    head("References");
    for (const auto& each : advisory.references) {
      out_ += "  " + safe_text(each.url) + (each.summary.empty() ? "" : "  " + safe_text(fit(each.summary, 60))) + "\n";
    }
  }

  void revisions(const LoadedAdvisory& found) {
    head("Revisions here");
    TextTable table{{{.title = "version"},
                     {.title = "released"},
                     {.title = "received"},
                     {.title = "standing"},
                     {.title = "SHA-512"}}};
    for (const auto& each : found.revisions) {
      table.add({{safe_text(each.version)},
                 {format_date(each.released_at)},
                 {format_date(each.received_at)},
                 {std::string{domain::to_string(each.standing)}},
                 {each.sha512.substr(0, 16) + "\u2026"}});
    }
    out_ += table.text(width_, styled_);
  }

  const bool styled_;
  const std::size_t width_;
  std::string out_;
};

}  // namespace

int run_show(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  auto found = installation->database->snapshot([&](store::Connection& connection) { return find(connection, line); });
  if (!found) return fail(found.error(), line.json);
  if (line.raw) {
    print(found->bytes);
    return kGood;
  }
  if (const auto read = portal::pages::read_document(*found); !read) return fail(read.error(), line.json);
  if (const auto read = portal::pages::look_up_evidence(*installation->database, *found); !read) {
    return fail(read.error(), line.json);
  }
  if (line.json) {
    auto body = portal::pages::advisory_json(*found);
    // What has to do with it has to do with what it says now.
    if (line.revision.empty()) {
      const auto links = installation->database->snapshot([&](store::Connection& connection) {
        return portal::pages::advisory_links(connection, operator_viewer(line.as_public), found->record.id,
                                             system_clock().now());
      });
      if (!links) return fail(links.error(), line.json);
      portal::pages::add_advisory_links(body, *links);
    }
    print_json(body);
    return kGood;
  }
  print(Page{colours(), output_width()}.render(*found));
  return kGood;
}

}  // namespace tocsin::cli
