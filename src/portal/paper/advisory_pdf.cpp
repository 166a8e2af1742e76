#include "portal/paper/advisory_pdf.hpp"

#include <fmt/format.h>

#include "formats/csaf/export/outline.hpp"
#include "portal/html/safe.hpp"

namespace tocsin::portal::paper {
namespace {

using formats::csaf::Block;
using Kind = Block::Kind;

/// TLP 2.0, section 3: these colours on black.
Ink ink_of(domain::Tlp tlp) noexcept {
  switch (tlp) {
    case domain::Tlp::clear:
      return {1, 1, 1};
    case domain::Tlp::green:
      return {0.2, 1, 0};
    case domain::Tlp::amber:
    case domain::Tlp::amber_strict:
      return {1, 192.0 / 255, 0};
    case domain::Tlp::red:
      break;
  }
  return {1, 43.0 / 255, 43.0 / 255};
}

/// Words of a column "Severity"; beside the word, so never by colour alone. Dark enough for white paper.
std::optional<Ink> ink_of_severity(std::string_view word) noexcept {
  if (word == "critical") return Ink{0.49, 0.06, 0.23};
  if (word == "high") return Ink{0.71, 0.14, 0.09};
  if (word == "medium") return Ink{0.54, 0.36, 0};
  if (word == "low") return Ink{0.04, 0.35, 0.53};
  return std::nullopt;
}

std::string place_of(std::size_t vulnerability) { return fmt::format("v{}", vulnerability); }

std::vector<TableRow> rows_of(const Block& block) {
  std::vector<TableRow> rows;
  for (std::size_t at = 0; at < block.rows.size(); ++at) {
    TableRow row;
    for (const auto& text : block.rows[at]) {
      TableCell cell{.text = text};
      if (const auto ink = ink_of_severity(text); ink && at > 0 && block.rows_are_vulnerabilities) {
        cell.ink = *ink;
        cell.bold = true;
      }
      row.push_back(std::move(cell));
    }
    if (block.rows_are_vulnerabilities && at > 0) {
      row.front().link.place = place_of(at);
      row.front().ink = {0.04, 0.35, 0.43};
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void write(Paper& paper, const std::vector<Block>& blocks) {
  for (const auto& block : blocks) {
    switch (block.kind) {
      case Kind::heading:
        paper.heading(block.level, block.text,
                      block.vulnerability == 0 ? std::string{} : place_of(block.vulnerability));
        break;
      case Kind::text:
        paper.paragraph(block.text);
        break;
      case Kind::fact:
        paper.fact(block.label, block.text);
        break;
      case Kind::item:
        paper.item(block.level, block.text, html::Url::external(block.url).str(), block.url);
        break;
      case Kind::table:
        paper.table(rows_of(block));
        break;
    }
  }
}

}  // namespace

Result<Pdf> advisory_pdf(const formats::csaf::Advisory& advisory, std::optional<domain::Tlp> tlp, int pages_max) {
  const auto& header = advisory.header;
  Frame frame;
  frame.id = header.tracking_id;
  frame.title = header.title;
  frame.author = header.publisher_name;
  frame.foot =
      fmt::format("{}, released {}, version {}{}", header.publisher_name, format_date(header.current_release_date),
                  header.tracking_version, tlp ? "" : ", without a TLP marking");
  frame.language = header.lang;
  frame.date = header.current_release_date;
  if (tlp) frame.marking = Marking{fmt::format("TLP:{}", domain::to_string(*tlp)), ink_of(*tlp)};
  for (const auto& each : advisory.vulnerabilities) {
    if (!each.cve.empty()) frame.keywords += (frame.keywords.empty() ? "" : ", ") + each.cve;
  }
  const auto blocks = formats::csaf::outline(advisory);
  return make_pdf(frame, pages_max, [&blocks](Paper& paper) { write(paper, blocks); });
}

}  // namespace tocsin::portal::paper
