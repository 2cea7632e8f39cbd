// The staff's form of a periodic task: what the chosen crontab means, in words, below the choice.

const $ = window.django.jQuery; // whose events also tell of crontabs that were made in a window
const meanings = JSON.parse(document.getElementById("readable-crontabs").textContent);
const help = document.querySelector(".field-crontab .help");
const choice = document.getElementById("id_crontab");

if (help && choice) {
  const meaning = document.createElement("p");
  help.append(meaning);

  const tell = () => {
    const words = meanings[choice.value];
    meaning.textContent = words ? `Translation: ${words}` : "";
  };

  document.querySelector(".field-crontab_translation")?.setAttribute("hidden", "");
  $(choice).on("change", tell);
  tell();
}
