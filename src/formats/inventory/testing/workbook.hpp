#pragma once
#include <string>
#include <utility>
#include <vector>

#include "formats/inventory/zip.hpp"

/// Workbooks as other programs write them, for tests: what write_worksheet never writes.
namespace tocsin::formats::inventory::testing {

/// Parts of a workbook; leave one empty and it is not there.
struct Workbook {
  std::vector<std::pair<std::string, std::string>> sheets;  ///< Name and what stands in <sheetData>.
  std::string texts;                                        ///< What stands in <sst>.
  std::string styles;                                       ///< What stands in <styleSheet>.
  std::string properties;                                   ///< Before <sheets>: <workbookPr/>.
  std::string hidden;                                       ///< Name of a hidden sheet.
};

inline std::string pack(const Workbook& book) {
  const std::string main = " xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
  const std::string relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string package = " xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
  std::vector<ZipPart> parts = {
      {"[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"},
      {"_rels/.rels", "<Relationships" + package + "><Relationship Id=\"r\" Type=\"" + relations +
                          "/officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>"}};
  std::string list, targets;
  for (std::size_t at = 0; at < book.sheets.size(); ++at) {
    const auto number = std::to_string(at + 1);
    list += "<sheet name=\"" + book.sheets[at].first + "\" sheetId=\"" + number + "\" r:id=\"s" + number + "\"" +
            (book.sheets[at].first == book.hidden ? " state=\"hidden\"" : "") + "/>";
    targets += "<Relationship Id=\"s" + number + "\" Type=\"" + relations + "/worksheet\" Target=\"worksheets/sheet" +
               number + ".xml\"/>";
    parts.push_back({"xl/worksheets/sheet" + number + ".xml", "<?xml version=\"1.0\"?><worksheet" + main +
                                                                  "><sheetData>" + book.sheets[at].second +
                                                                  "</sheetData></worksheet>"});
  }
  if (!book.texts.empty()) {
    targets += "<Relationship Id=\"t\" Type=\"" + relations + "/sharedStrings\" Target=\"sharedStrings.xml\"/>";
    parts.push_back({"xl/sharedStrings.xml", "<sst" + main + ">" + book.texts + "</sst>"});
  }
  if (!book.styles.empty()) {
    targets += "<Relationship Id=\"y\" Type=\"" + relations + "/styles\" Target=\"styles.xml\"/>";
    parts.push_back({"xl/styles.xml", "<styleSheet" + main + ">" + book.styles + "</styleSheet>"});
  }
  parts.push_back({"xl/workbook.xml", "<workbook" + main + " xmlns:r=\"" + relations + "\">" + book.properties +
                                          "<sheets>" + list + "</sheets></workbook>"});
  parts.push_back({"xl/_rels/workbook.xml.rels", "<Relationships" + package + ">" + targets + "</Relationships>"});
  return write_zip(parts);
}

}  // namespace tocsin::formats::inventory::testing
