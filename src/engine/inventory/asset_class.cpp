#include "engine/inventory/asset_class.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.hpp"

namespace tocsin::engine::inventory {
namespace {

struct Words {
  std::string_view id;
  /// Folded, words apart by one blank; found as whole words, one behind the other. Divided by "|".
  std::string_view phrases;
};

/// What things of a class are called, also by the names of usual product families. The more special stands before the
/// more general: a safety controller is a controller, too, and a firewall may be a router.
constexpr Words kClasses[] = {
    {"A0010",
     "safety controller|safety plc|sis|esd|bms controller|burner management|emergency shutdown|safety instrumented|"
     "triconex|tricon|trident|himatrix|himax|hiquad|safety manager|deltav sis|prosafe rs|guardlogix|guardplc|simatic "
     "s7 "
     "f systems|pnoz|psc1|samos pro|flexi soft"},
    {"A0012", "jump host|jump server|jumphost|jumpserver|bastion host|intermediate system"},
    {"A0011", "vpn|vpn server|vpn gateway|ewon|ewon cosy|ewon flexy|secomea|sitemanager|mbnet|ixon"},
    {"A0016",
     "firewall|mguard|scalance s|scalance sc|tofino|eagle40|eagle20|eagle one|fortigate|palo alto|industrial security "
     "appliance"},
    {"A0006",
     "historian|data historian|pi server|pi system|osisoft pi|process historian|proficy historian|infoplus 21|canary "
     "labs"},
    {"A0005",
     "ied|intelligent electronic device|protection relay|protective relay|relay "
     "protection|siprotec|relion|multilin|micom|"
     "easergy p3|easergy p5|sepam|merging unit|bay controller|sel 311c|sel 351|sel 387|sel 411l|sel 421|sel 451|sel "
     "487e|"
     "sel 751|sel 787"},
    {"A0004",
     "rtu|remote terminal unit|scadapack|rtu500|rtu560|rtu540|sicam a8000|sicam ak|sicam "
     "tm|smartrtu|saitel|tbox|floboss|"
     "roc800|roc809|netrtu|ace3600"},
    {"A0017",
     "dcs|dcs controller|distributed control system|deltav|centum|ac 800m|ac800m|freelance|symphony plus|ovation|"
     "experion c300|c300 controller|c200 controller|melody|harmony controller|pcs 7 as|cpu 410 5h"},
    {"A0018",
     "pac|programmable automation controller|process automation controller|pacsystems|rx3i|rx7i|groov epic|opto 22|"
     "snap pac|compactrio"},
    {"A0003",
     "plc|programmable logic controller|sps|s7 200|s7 300|s7 400|s7 1200|s7 1500|simatic s7|logo 8|modicon|momentum "
     "m1e|"
     "controllogix|compactlogix|micrologix|slc 500|plc 5|micro820|micro850|micro870|melsec|iq r|iq "
     "f|fx3u|fx5u|sysmac|cj2m|"
     "cj2h|cp1l|nj501|nx102|nx1p2|ac500|pfc100|pfc200|axc f|axcontrol|ilc 1x1|twincat|cx9020|cx5140|x20cp|vision570|"
     "unistream|unitronics|toyopuc|direct logic|directlogic|click plc|xgb|xgk|codesys control"},
    {"A0002",
     "hmi|human machine interface|operator panel|operator workstation|operator station|touch panel|panelview|comfort "
     "panel|"
     "basic panel|ktp400|ktp700|ktp900|tp700|tp1200|tp1500|mp277|magelis|harmony gto|harmony st6|proface|pro "
     "face|got1000|"
     "got2000|citect hmi|cmore|weintek|beijer|ix developer|red lion graphite|factorytalk view me|web panel"},
    {"A0007",
     "scada|scada server|control server|mtu|master terminal unit|supervisory|energy management system|distribution "
     "management "
     "system|manufacturing execution|building automation|wincc|wincc oa|pvss|ifix|cimplicity|factorytalk view|intouch|"
     "system platform|geo scada|clearscada|citect|zenon|movicon|igss|iconics|genesis64|spectrum power|network manager|"
     "desigo cc|metasys|ebi server|experion server|experion pks|pcs neo|opcenter|ignition"},
    {"A0009",
     "gateway|data gateway|protocol converter|serial server|device server|serial to ethernet|data acquisition "
     "server|nport|"
     "mgate|anybus|digi one|lantronix|opc server|kepserver|kepserverex|industrial edge|edge gateway|netbiter"},
    {"A0013",
     "field i o|remote i o|distributed i o|io module|i o module|i o link|io link|et 200|et 200sp|et 200s|et "
     "200mp|et200|et200sp|"
     "et200s|point i o|flex i o|vfd|variable frequency drive|frequency converter|inverter|drive|sinamics|micromaster|"
     "powerflex|altivar|acs580|acs880|vlt|transmitter|sensor|smart sensor|actuator|positioner|flow "
     "meter|flowmeter|level "
     "meter|analyzer|analyser"},
    {"A0015",
     "switch|ethernet switch|managed switch|scalance x|scalance xc|scalance xb|scalance "
     "xr|stratix|hirschmann|rs20|rs30|"
     "mach104|bobcat|spider|eds 408a|eds 510e|catalyst|ie 3000|ie 4000"},
    {"A0014",
     "router|cellular router|scalance m|scalance mum|ruggedcom|ruggedcom rx1500|rx1400|airlink|oncell|teltonika"},
    {"A0008",
     "application server|domain controller|active directory|license server|file server|database server|sql "
     "server|patch "
     "server|update server|wsus|alarm server|asset management|telemetry server|batch server|web server|windows "
     "server|server"},
    {"A0001",
     "workstation|engineering station|engineering workstation|ews|laptop|notebook|desktop|industrial pc|panel "
     "pc|ipc|box pc|"
     "microbox|nanobox|simatic ipc|field pg|tia portal|step 7|studio 5000|rslogix|rslinx|unity pro|control "
     "expert|ecostruxure "
     "machine expert|gx works|sysmac studio|cx programmer|maintenance pc|windows 7|windows 10|windows 11"},
};

/// Folded, with one blank before, behind and between words: letters and digits.
std::string spaced(std::string_view text) {
  std::string out = " ";
  for (const char c : text::fold(text)) {
    const bool belongs = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (belongs) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

/// A phrase, by its first word.
struct Phrase {
  std::string_view text;
  std::size_t place = 0;  ///< Of its class in kClasses.
};
using Phrases = std::unordered_map<std::string_view, std::vector<Phrase>>;

const Phrases& phrases() {
  static const Phrases kPhrases = [] {
    Phrases out;
    for (std::size_t place = 0; place < std::size(kClasses); ++place) {
      for (auto rest = kClasses[place].phrases; !rest.empty();) {
        const auto phrase = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(phrase.size() + 1, rest.size()));
        out[phrase.substr(0, phrase.find(' '))].push_back({phrase, place});
      }
    }
    return out;
  }();
  return kPhrases;
}

std::string_view class_in(std::string_view text) {
  auto best = std::size(kClasses);
  for (std::size_t at = 1; at < text.size();) {
    const auto end = text.find(' ', at);
    if (const auto found = phrases().find(text.substr(at, end - at)); found != phrases().end()) {
      for (const auto& each : found->second) {
        if (each.place < best && text.substr(at).starts_with(each.text) && text[at + each.text.size()] == ' ') {
          best = each.place;
        }
      }
    }
    at = end + 1;
  }
  return best == std::size(kClasses) ? std::string_view{} : kClasses[best].id;
}

std::string class_of_tag(std::string_view tag) {
  const auto words = spaced(tag);
  if (words.size() <= 2) return {};
  const std::string_view inside{words.data() + 1, words.size() - 2};
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (inside.size() == 5 && inside[0] == 'a' && std::ranges::all_of(inside.substr(1), is_digit)) {
    return "A" + std::string{inside.substr(1)};
  }
  const auto found = phrases().find(inside.substr(0, inside.find(' ')));
  if (found == phrases().end()) return {};
  const auto same = std::ranges::find(found->second, inside, &Phrase::text);
  return same == found->second.end() ? std::string{} : std::string{kClasses[same->place].id};
}

}  // namespace

std::string asset_class(const formats::inventory::Item& item) {
  for (const auto& tag : item.tags) {
    if (auto found = class_of_tag(tag); !found.empty()) return found;
  }
  // What it is made as says more than what people call it: "pump drive PLC" is a name.
  const auto made = spaced(item.vendor + ' ' + item.family + ' ' + item.product + ' ' + item.model);
  if (const auto found = class_in(made); !found.empty()) return std::string{found};
  return std::string{class_in(spaced(item.name))};
}

}  // namespace tocsin::engine::inventory
