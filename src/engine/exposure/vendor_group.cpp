#include "engine/exposure/vendor_group.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "domain/vendor.hpp"

namespace tocsin::engine::exposure {
namespace {

/// A name on devices, and whose advisories speak of them, today or in the past.
struct Kin {
  std::string_view name, owner;
};
constexpr Kin kKin[] = {
    {"3s", "codesys"},
    {"7-technologies", "schneider-electric"},
    {"a-b", "rockwell-automation"},
    {"aanderaa", "xylem"},
    {"ab", "rockwell-automation"},
    {"abb", "hitachi-energy"},
    {"abb-power-grids", "hitachi-energy"},
    {"adam", "advantech"},
    {"ademco", "honeywell"},
    {"adept", "omron"},
    {"alerton", "honeywell"},
    {"allen-bradley", "rockwell-automation"},
    {"alstom-grid", "general-electric"},
    {"american-dynamics", "johnson-controls"},
    {"andover", "schneider-electric"},
    {"apc", "schneider-electric"},
    {"apogee", "siemens"},
    {"arcinfo", "arc-informatique"},
    {"automated-logic", "carrier"},
    {"aveva", "schneider-electric"},
    {"b-r", "b-r-industrial-automation"},
    {"b-r-industrial-automation", "abb"},
    {"baker-hughes", "bently-nevada"},
    {"baxter", "hillrom"},
    {"belden", "hirschmann-automation-control"},
    {"bently-nevada", "general-electric"},
    {"bernecker-rainer", "b-r-industrial-automation"},
    {"bosch-rexroth", "bosch"},
    {"bristol", "emerson"},
    {"bristol-babcock", "emerson"},
    {"carefusion", "becton-dickinson"},
    {"carrier", "automated-logic"},
    {"carrier", "interlogix"},
    {"chubb", "carrier"},
    {"citect", "aveva"},
    {"citect", "schneider-electric"},
    {"clipsal", "schneider-electric"},
    {"cme", "becton-dickinson"},
    {"codesys", "3s-smart-software-solutions"},
    {"control-microsystems", "schneider-electric"},
    {"cooper-industries", "eaton"},
    {"cooper-power-systems", "eaton"},
    {"covidien", "medtronic"},
    {"delta", "delta-electronics"},
    {"delta-industrial-automation", "delta-electronics"},
    {"deltav", "emerson"},
    {"digital-electronics", "schneider-electric"},
    {"ecom", "pepperl-fuchs"},
    {"elster", "honeywell"},
    {"emerson", "general-electric"},
    {"emerson", "progea"},
    {"emerson-network-power", "automated-logic"},
    {"emerson-network-power", "vertiv"},
    {"etm", "siemens"},
    {"eurotherm", "schneider-electric"},
    {"ewon", "hms-networks"},
    {"exacq", "johnson-controls"},
    {"excel-tech", "natus"},
    {"fisher-rosemount", "emerson"},
    {"foxboro", "schneider-electric"},
    {"gambro", "baxter"},
    {"garrettcom", "belden"},
    {"ge", "general-electric"},
    {"ge-digital", "general-electric"},
    {"ge-fanuc", "general-electric"},
    {"ge-healthcare", "general-electric"},
    {"ge-intelligent-platforms", "general-electric"},
    {"ge-vernova", "general-electric"},
    {"hakko", "fuji-electric"},
    {"hill-rom", "hillrom"},
    {"hirschmann-automation-control", "belden"},
    {"hitachi-abb-power-grids", "hitachi-energy"},
    {"hms", "hms-networks"},
    {"honeywell-process-solutions", "honeywell"},
    {"horner", "horner-automation"},
    {"hospira", "icu-medical"},
    {"iconics", "mitsubishi-electric"},
    {"ics-triplex", "rockwell-automation"},
    {"indusoft", "aveva"},
    {"indusoft", "schneider-electric"},
    {"indx", "siemens"},
    {"ininet", "spidercontrol"},
    {"innominate", "phoenix-contact"},
    {"intermec", "honeywell"},
    {"invensys", "aveva"},
    {"invensys", "schneider-electric"},
    {"jci", "johnson-controls"},
    {"kantech", "johnson-controls"},
    {"kepware", "ptc"},
    {"korenix", "beijer-electronics"},
    {"koyo", "automation-direct"},
    {"koyo", "automationdirect"},
    {"lenel", "carrier"},
    {"lenels2", "carrier"},
    {"liebert", "automated-logic"},
    {"liebert", "vertiv"},
    {"lsis", "ls-electric"},
    {"matrikon", "honeywell"},
    {"matsushita", "panasonic"},
    {"mentor", "siemens"},
    {"merlin-gerin", "schneider-electric"},
    {"modicon", "schneider-electric"},
    {"monitouch", "fuji-electric"},
    {"mynah", "emerson"},
    {"n-tron", "red-lion"},
    {"national-instruments", "ni"},
    {"nentec", "psi"},
    {"ni", "national-instruments"},
    {"notifier", "honeywell"},
    {"novar", "honeywell"},
    {"oda", "open-design-alliance"},
    {"osisoft", "aveva"},
    {"ovation", "emerson"},
    {"pelco", "schneider-electric"},
    {"pke", "siemens"},
    {"powerware", "eaton"},
    {"pro-face", "schneider-electric"},
    {"proface", "schneider-electric"},
    {"prosoft", "prosoft-technology"},
    {"psi-nentec", "psi-gridconnect"},
    {"respironics", "philips"},
    {"reyrolle", "siemens"},
    {"rockwell-software", "rockwell-automation"},
    {"rosemount", "emerson"},
    {"ruggedcom", "siemens"},
    {"saia", "honeywell"},
    {"saia-burgess", "honeywell"},
    {"scalance", "siemens"},
    {"schneider", "schneider-electric"},
    {"sel", "schweitzer-engineering-laboratories"},
    {"simatic", "siemens"},
    {"sixnet", "red-lion"},
    {"smiths-medical", "icu-medical"},
    {"software-house", "johnson-controls"},
    {"software-house", "sensormatic-electronics"},
    {"square-d", "schneider-electric"},
    {"st-jude-medical", "abbott"},
    {"tac", "schneider-electric"},
    {"telemecanique", "schneider-electric"},
    {"telvent", "schneider-electric"},
    {"tofino", "belden"},
    {"trend", "honeywell"},
    {"triconex", "schneider-electric"},
    {"tridium", "honeywell"},
    {"tripp-lite", "eaton"},
    {"tutk", "throughtek"},
    {"tyco", "johnson-controls"},
    {"vertiv", "automated-logic"},
    {"vipa", "yaskawa"},
    {"vykon", "tridium"},
    {"welch-allyn", "hillrom"},
    {"westermo", "beijer-electronics"},
    {"westinghouse-ovation", "emerson"},
    {"wonderware", "aveva"},
    {"wonderware", "schneider-electric"},
    {"xm", "xiongmai"},
    {"xylem-sensus", "sensus"},
};

bool begins_with_words(std::string_view longer, std::string_view shorter) noexcept {
  return longer.starts_with(shorter) && (longer.size() == shorter.size() || longer[shorter.size()] == '-');
}

/// Words that stand behind a comma or in brackets and name nobody.
bool names_nobody(std::string_view key) noexcept {
  static constexpr std::string_view kWords[] = {"inc", "llc", "ltd",     "gmbh",    "co",     "corp",    "company",
                                                "kg",  "sa",  "unknown", "limited", "a-part", "software"};
  return key.size() < 2 || std::ranges::find(kWords, key) != std::end(kWords);
}

/// "Kantech, Johnson Controls Inc.", "PSI GridConnect GmbH (formerly PSI Nentec GmbH)": each of them.
std::vector<std::string> parts_of(std::string_view vendor) {
  constexpr std::size_t kPartsMax = 6;
  std::vector<std::string> parts;
  std::string part;
  const auto finish = [&] {
    std::string_view rest = text::trim(part);
    for (const std::string_view mark : {"formerly known as ", "formerly ", "a subsidiary of ", "a division of ",
                                        "subsidiary of ", "division of ", "owned by ", "and ", "now "}) {
      if (text::lower_ascii(rest.substr(0, mark.size())) == mark) rest = text::trim(rest.substr(mark.size()));
    }
    // "Hangzhou Xiongmai": where a maker sits is often left out.
    for (const std::string_view city :
         {"hangzhou ", "shenzhen ", "shanghai ", "beijing ", "guangzhou ", "zhejiang ", "taiwan "}) {
      if (text::lower_ascii(rest.substr(0, city.size())) == city) rest = text::trim(rest.substr(city.size()));
    }
    if (!rest.empty()) {
      auto key = domain::vendor_key(rest);
      if (!names_nobody(key) && parts.size() < kPartsMax) parts.push_back(std::move(key));
    }
    part.clear();
  };
  for (const char c : vendor.substr(0, 400)) {
    if (c == ',' || c == '(' || c == ')' || c == ';') {
      finish();
    } else {
      part += c;
    }
  }
  finish();
  return parts;
}

}  // namespace

std::vector<std::string> vendor_group(std::string_view vendor) {
  std::vector<std::string> keys;
  if (vendor.find_first_not_of(" \t-") == std::string_view::npos) return keys;
  keys.push_back(domain::vendor_key(vendor));
  const auto add = [&keys](std::string_view key) {
    if (std::ranges::find(keys, key) == keys.end()) keys.emplace_back(key);
  };
  for (const auto& part : parts_of(vendor)) add(part);
  const auto named = keys.size();
  for (std::size_t i = 0; i < named; ++i) {
    for (const auto& kin : kKin) {
      if (begins_with_words(keys[i], kin.name)) add(kin.owner);
    }
  }
  return keys;
}

bool may_be_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(a, [&](const std::string& one) {
    return std::ranges::any_of(
        b, [&](const std::string& other) { return begins_with_words(one, other) || begins_with_words(other, one); });
  });
}

std::vector<std::string> vendor_prefixes(std::string_view key) {
  std::vector<std::string> prefixes;
  for (auto at = key.find('-'); at != std::string_view::npos; at = key.find('-', at + 1)) {
    prefixes.emplace_back(key.substr(0, at));
  }
  prefixes.emplace_back(key);
  return prefixes;
}

std::string vendor_spelling(std::string_view key) {
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '-') continue;
    // "Draeger" and "Dräger", which was folded to "drager".
    if (key[i] == 'e' && i > 0 && (key[i - 1] == 'a' || key[i - 1] == 'o' || key[i - 1] == 'u')) continue;
    out += key[i];
  }
  return out;
}

}  // namespace tocsin::engine::exposure
