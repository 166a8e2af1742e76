#include "engine/exposure/controls.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "base/text.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr std::size_t kTextControlsMax = 6;

constexpr Control kControls[] = {
    {"M0930", "Network Segmentation", "SR 5.1"},
    {"M0937", "Filter Network Traffic", "SR 5.1"},
    {"M0935", "Limit Access to Resource Over Network", "SR 5.1"},
    {"M0807", "Network Allowlists", ""},
    {"M0808", "Encrypt Network Traffic", "SR 4.1"},
    {"M0802", "Communication Authenticity", "SR 3.1"},
    {"M0931", "Network Intrusion Prevention", "SR 6.2"},
    {"M0801", "Access Management", "SR 2.1"},
    {"M0800", "Authorization Enforcement", "SR 2.1"},
    {"M0804", "Human User Authentication", "SR 1.1"},
    {"M0813", "Software Process and Device Authentication", "SR 1.2"},
    {"M0918", "User Account Management", "SR 1.3"},
    {"M0926", "Privileged Account Management", "SR 1.3"},
    {"M0927", "Password Policies", "SR 1.5"},
    {"M0932", "Multi-factor Authentication", "SR 1.7"},
    {"M0936", "Account Use Policies", "SR 1.11"},
    {"M0942", "Disable or Remove Feature or Program", "SR 7.7"},
    {"M0934", "Limit Hardware Installation", "SR 3.2"},
    {"M0938", "Execution Prevention", "SR 3.2"},
    {"M0949", "Antivirus/Antimalware", "SR 3.2"},
    {"M0950", "Exploit Protection", "SR 3.2"},
    {"M0945", "Code Signing", "SR 3.4"},
    {"M0947", "Audit", "SR 3.4"},
    {"M0818", "Validate Program Inputs", "SR 3.5"},
    {"M0948", "Application Isolation and Sandboxing", "SR 5.4"},
    {"M0921", "Restrict Web-Based Content", "SR 2.4"},
    {"M0922", "Restrict File and Directory Permissions", "SR 2.1"},
    {"M0953", "Data Backup", "SR 7.3"},
    {"M0954", "Software Configuration", "SR 7.7"},
    {"M0928", "Operating System Configuration", "SR 7.7"},
    {"M0806", "Minimize Wireless Signal Propagation", "SR 1.6"},
    {"M0917", "User Training", ""},
};

/// Words of mitigations, folded, as vendors write them in English and German, and the control that they mean.
struct Word {
  std::string_view word, mitigation;
};
constexpr Word kWords[] = {
    {"segment", "M0930"},
    {"isolat", "M0930"},
    {"separate network", "M0930"},
    {"behind firewall", "M0930"},
    {"dmz", "M0930"},
    {"firewall", "M0937"},
    {"filter", "M0937"},
    {"block port", "M0937"},
    {"block access", "M0937"},
    {"tcp port", "M0937"},
    {"udp port", "M0937"},
    {"vpn", "M0935"},
    {"restrict access", "M0935"},
    {"limit access", "M0935"},
    {"restrict network", "M0935"},
    {"remote access", "M0935"},
    {"zugriff beschrank", "M0935"},
    {"allowlist", "M0807"},
    {"whitelist", "M0807"},
    {"trusted ip", "M0807"},
    {"trusted host", "M0807"},
    {"tls", "M0808"},
    {"https", "M0808"},
    {"encrypt", "M0808"},
    {"intrusion", "M0931"},
    {"ids/ips", "M0931"},
    {"password", "M0927"},
    {"passwort", "M0927"},
    {"credential", "M0927"},
    {"multi-factor", "M0932"},
    {"multifactor", "M0932"},
    {"two-factor", "M0932"},
    {"least privilege", "M0926"},
    {"administrator", "M0926"},
    {"user account", "M0918"},
    {"disable", "M0942"},
    {"deactivate", "M0942"},
    {"deaktivier", "M0942"},
    {"remove the", "M0942"},
    {"turn off", "M0942"},
    {"usb", "M0934"},
    {"removable media", "M0934"},
    {"application control", "M0938"},
    {"antivirus", "M0949"},
    {"anti-virus", "M0949"},
    {"signature of the", "M0945"},
    {"digital signature", "M0945"},
    {"untrusted source", "M0921"},
    {"web browser", "M0921"},
    {"backup", "M0953"},
    {"wireless", "M0806"},
    {"bluetooth", "M0806"},
    {"phishing", "M0917"},
    {"social engineering", "M0917"},
    {"file permission", "M0922"},
    {"audit log", "M0947"},
    {"monitor", "M0931"},
};

/// Of each word its control's place. This is asked for every match of every row: names are not compared there.
constexpr auto kControlOf = [] {
  std::array<std::size_t, std::size(kWords)> places{};
  for (std::size_t i = 0; i < places.size(); ++i) {
    while (kControls[places[i]].mitigation != kWords[i].mitigation) ++places[i];
  }
  return places;
}();

/// Where words begin: a text is gone through once, and only what begins like a word is compared.
class Beginnings {
 public:
  constexpr Beginnings() {
    first_.fill(kNone);
    for (std::size_t i = std::size(kWords); i-- > 0;) {
      auto& first = first_[place(kWords[i].word[0], kWords[i].word[1])];
      next_[i] = first;
      first = static_cast<std::uint8_t>(i);
    }
  }
  /// Calls for each word that stands at this place of a text, of which at least two bytes are left.
  template <class Told>
  constexpr void at(std::string_view text, Told told) const {
    for (auto word = first_[place(text[0], text[1])]; word != kNone; word = next_[word]) {
      if (text.starts_with(kWords[word].word)) told(word);
    }
  }

 private:
  static constexpr std::uint8_t kNone = 255;
  static_assert(std::size(kWords) < kNone);
  static constexpr std::size_t place(char first, char second) noexcept {
    return (static_cast<unsigned char>(first) * 31U + static_cast<unsigned char>(second)) & 1023U;
  }
  std::array<std::uint8_t, 1024> first_{};
  std::array<std::uint8_t, std::size(kWords)> next_{};
};
constexpr Beginnings kBeginnings;

}  // namespace

std::span<const Control> all_controls() noexcept { return kControls; }

const Control* find_control(std::string_view mitigation) noexcept {
  const auto* found = std::ranges::find(kControls, mitigation, &Control::mitigation);
  return found == std::end(kControls) ? nullptr : found;
}

std::vector<const Control*> controls_of_text(std::string_view text) {
  const auto folded = text::fold(text);
  std::array<bool, std::size(kControls)> named{};
  for (std::string_view rest = folded; rest.size() >= 2; rest.remove_prefix(1)) {
    kBeginnings.at(rest, [&](std::uint8_t word) { named[kControlOf[word]] = true; });
  }
  std::vector<const Control*> found;
  for (std::size_t i = 0; i < named.size() && found.size() < kTextControlsMax; ++i) {
    if (named[i]) found.push_back(&kControls[i]);
  }
  return found;
}

std::vector<const Control*> controls_of_attack(std::string_view attack_vector) {
  if (attack_vector == "P") return {find_control("M0934"), find_control("M0801")};
  if (attack_vector == "L") return {find_control("M0938"), find_control("M0926")};
  if (attack_vector == "A") return {find_control("M0930"), find_control("M0931")};
  return {find_control("M0930"), find_control("M0937"), find_control("M0807")};
}

}  // namespace tocsin::engine::exposure
