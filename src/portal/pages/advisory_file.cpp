#include "portal/pages/advisory_file.hpp"

#include <fmt/format.h>

#include "portal/html/template.hpp"
#include "portal/pages/advisory_parts.hpp"
#include "portal/pages/file_frame.hpp"
#include "portal/pages/format.hpp"

namespace tocsin::portal::pages {
namespace {

using html::render;

/// TLP 2.0 wants the label on every page, top and bottom, to the right, 12 points or more. Browsers that do not know
/// boxes in the margin of a page still print the bars at the beginning and the end of the document.
std::string page_marking(domain::Tlp tlp) {
  // Without a width and a height a box fills the margin.
  constexpr std::string_view kBox =
      "content:\"TLP:{0}\";font:700 12pt/18pt sans-serif;background:#000;color:{1};width:{2}pt;height:18pt;margin:auto "
      "0 auto auto;text-align:center;-webkit-print-color-adjust:exact;print-color-adjust:exact";
  std::string_view colour = "#fff";
  if (tlp == domain::Tlp::green) colour = "#33ff00";
  if (tlp == domain::Tlp::amber || tlp == domain::Tlp::amber_strict) colour = "#ffc000";
  if (tlp == domain::Tlp::red) colour = "#ff2b2b";
  const auto box = fmt::format(kBox, domain::to_string(tlp), colour, tlp == domain::Tlp::amber_strict ? 150 : 90);
  return fmt::format("@page{{margin:22mm 16mm;@top-right{{{0}}}@bottom-right{{{0}}}}}", box);
}

void append_bar(std::string& out, const formats::csaf::Header& header, std::optional<domain::Tlp> tlp,
                std::string_view element) {
  // Trusted: one of two literals below.
  out += fmt::format("<{} class=\"file-bar wrap\">", element);
  render<"<span class=\"id\">{}</span> <span>{}</span>">(out, header.tracking_id, header.publisher_name);
  if (tlp) out += tlp_badge(*tlp).str();
  out += fmt::format("</{}>\n", element);
}

}  // namespace

std::string advisory_file_html(const ReadAdvisory& read, std::optional<domain::Tlp> tlp) {
  // Kept and passed on, it is read by others than who asked for it, as the PDF is.
  const LanguageScope english{Language::en};
  const auto& header = read.advisory.header;
  const auto body = advisory_file_body_html(read, tlp);
  std::string out;
  std::string head;
  render<"<title>{} {}</title>\n">(head, header.tracking_id, header.title);
  render<"<meta name=\"author\" content=\"{}\">\n<meta name=\"dcterms.modified\" content=\"{}\">\n">(
      head, header.publisher_name, format_rfc3339(header.current_release_date));
  begin_file(out, head, tlp ? page_marking(*tlp) : std::string{});
  append_bar(out, header, tlp, "header");
  out += "<main class=\"wrap\">\n";
  out += body.str();
  out += "\n</main>\n";
  append_bar(out, header, tlp, "footer");
  end_file(out);
  return out;
}

Result<std::optional<domain::Tlp>> stated_tlp(const formats::csaf::Advisory& advisory) {
  const auto& label = advisory.header.tlp_label;
  if (label.empty()) return std::optional<domain::Tlp>{};
  const auto tlp = domain::parse_tlp(label);
  if (!tlp) {
    return Error::invalid(fmt::format("'{}' is no TLP label", label.substr(0, 100)),
                          "/document/distribution/tlp/label");
  }
  return tlp;
}

std::string export_file_name(const formats::csaf::Advisory& advisory, std::string_view extension) {
  auto name = formats::csaf::file_name(advisory.header.tracking_id);
  name.resize(name.rfind('.') + 1);
  name += extension;
  return name;
}

}  // namespace tocsin::portal::pages
